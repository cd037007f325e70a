/** The bar that a terminal shows. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { guard } from '../../support/guard.js';
import { findPython, needsPython } from '../../support/peers.js';
import { programFolder } from '../../support/program.js';

guard();

const run = promisify(execFile);

// Python has a terminal to offer: its output is what the program has written to it.
const IN_TERMINAL = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))';

async function shownBy(program: string): Promise<string> {
  using folder = programFolder({ 'main.mjs': program });
  const { stdout } = await run(findPython()!.path, ['-c', IN_TERMINAL, process.execPath, folder.file('main.mjs')]);
  return stdout;
}

test('progress: true draws a bar with count, rate and time left', needsPython(), async () => {
  const shown = await shownBy(`
    import { Pool } from 'manyfold';
    const pool = new Pool(2);
    const slow = (x) => new Promise((resolve) => setTimeout(resolve, 20, x));
    await pool.map(slow, Array.from({ length: 40 }, (_, x) => x), { progress: true, chunksize: 1 });
    pool.terminate();`);
  assert.match(shown, /40\/40, \d+\/s, \w+ left/);
});

test('progress: true of an input of unknown length shows count and rate', needsPython(), async () => {
  const shown = await shownBy(`
    import { Pool } from 'manyfold';
    const pool = new Pool(2);
    const slow = (x) => new Promise((resolve) => setTimeout(resolve, 20, x));
    function* numbers() { for (let n = 0; n < 20; n++) yield n; }
    for await (const _ of pool.imap(slow, numbers(), { progress: true }));
    pool.terminate();`);
  assert.match(shown, /20 done, \d+\/s/);
});
