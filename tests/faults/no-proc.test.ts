/** Where /proc is not mounted nobody could see who lives: that is an error, and not that everybody is dead. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsApart, runApart } from '../support/apart.js';
import { guard } from '../support/guard.js';
import { programFolder } from '../support/program.js';

guard();

const hide = 'mount -t tmpfs none /proc';

test('without /proc nothing is shared', needsApart('files', hide), () => {
  const main = `
    import { getContext, Lock } from 'manyfold';
    const code = async (act) => console.log(await act().catch((error) => [error.name, error.code].join()));
    for (const make of [() => new Lock(), () => new Lock()]) await code(async () => make());
    for (const method of ['forkserver', 'spawn', 'thread', 'coroutine']) {
      const { Process } = getContext(method);
      await code(async () => new Process({ target: () => {} }).start());
    }
  `;
  using folder = programFolder({ 'main.mjs': main });
  const command = `${hide} && exec "${process.execPath}" "${folder.file('main.mjs')}"`;
  const { stdout, stderr } = runApart('files', command);
  assert.equal(stdout, 'RuntimeError,ERR_NO_PROC\n'.repeat(6), stderr);
});
