import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { guard } from '../../support/guard.js';
import { assertNoLeaks, leaksSince, takeSnapshot } from '../../support/leaks.js';
import { programFolder, startProgram } from '../../support/program.js';
import { until } from '../../support/wait.js';

guard();

describe('the leak check', () => {
  test('finds a child and lets it end', async () => {
    const before = takeSnapshot();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const ended = once(child, 'close');
    assert.deepEqual(
      leaksSince(before).flatMap(({ what, name }) => (what === 'process' ? [name] : [])),
      [String(child.pid)],
    );
    child.kill();
    await ended;
    await assertNoLeaks(before);
  });

  test('finds an orphan, names it, and kills it', async () => {
    using folder = programFolder({
      'parent.mjs': `
        import { spawn } from 'node:child_process';
        const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
        child.unref();
        console.log(child.pid);`,
    });
    const before = takeSnapshot();
    await using program = startProgram(folder.file('parent.mjs'));
    const { stdout } = await program.ended;
    await assert.rejects(assertNoLeaks(before, { patience: 50 }), new RegExp(`process ${stdout.trim()} .*sleep 1000`));
    assert.ok(await until(() => leaksSince(before).length === 0));
  });

  test('finds shared memory, temporary files and descriptors', async () => {
    const before = takeSnapshot();
    const memory = `/dev/shm/manyfold-leak-test-${process.pid}`;
    const file = join(tmpdir(), 'left');
    writeFileSync(memory, '');
    writeFileSync(file, '');
    const descriptor = openSync(file, 'r');
    const found = leaksSince(before);
    closeSync(descriptor);
    rmSync(memory);
    rmSync(file);
    assert.deepEqual(
      found.map(({ what }) => what),
      ['shared memory', 'temporary file', 'descriptors'],
    );
    await assertNoLeaks(before);
  });

  test('lets a kind of descriptor grow once, when it is told to', async () => {
    const grownOnce = new Set<string>();
    const open = async () => {
      const before = takeSnapshot();
      const descriptor = openSync('/dev/null', 'r');
      try {
        await assertNoLeaks(before, { grownOnce, patience: 20 });
      } finally {
        closeSync(descriptor);
      }
    };
    await open();
    await assert.rejects(open(), /descriptors of '\/dev\/null'/);
  });
});
