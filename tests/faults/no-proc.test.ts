/** Where /proc is not mounted nobody could see who lives: that is an error, and not that everybody is dead. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { guard } from '../support/guard.js';
import { programFolder } from '../support/program.js';

guard();

const hidden = ['--user', '--map-root-user', '--mount', 'sh', '-c'];
const hide = 'mount -t tmpfs none /proc';
const canHide = spawnSync('unshare', [...hidden, hide]).status === 0;

test('without /proc nothing is shared', { skip: !canHide && 'this user may not hide it' }, () => {
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
  const { stdout, stderr } = spawnSync('unshare', [...hidden, command], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  assert.equal(stdout, 'RuntimeError,ERR_NO_PROC\n'.repeat(6), stderr);
});
