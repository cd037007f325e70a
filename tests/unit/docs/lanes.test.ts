import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { guard } from '../../support/guard.js';
import { programFolder, root, runProgram } from '../../support/program.js';

guard();

const page = readFileSync(join(root, 'docs/lanes.md'), 'utf8');
const programs = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, program]) => program ?? '');
/** The lines that each program prints, sorted: some come from several processes. */
const printed = [['1', '4', '9'], ['1', '4', '9'], ['1', '4', '9'], ['[ 1, 4, 9 ]'], ['no answer']];

test('one program runs as processes, as threads and as coroutines', async () => {
  assert.equal(programs.length, printed.length);
  for (const [at, program] of programs.entries()) {
    using folder = programFolder({ 'main.ts': program });
    const result = await runProgram(folder.file('main.ts'), { execArgv: ['--import', 'tsx'], cwd: folder.path });
    assert.deepEqual([result.stderr, result.code], ['', 0]);
    assert.deepEqual(result.stdout.trimEnd().split('\n').toSorted(), printed[at]);
  }
});
