/** Coroutines with the face of processes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentProcess, getContext, Queue, SystemExit } from 'manyfold';
import { sleep } from 'manyfold/coroutines';
import { guard } from '../../support/guard.js';

guard();

const { Process, Pool, Lock } = getContext('coroutine');

test('a coroutine runs like a child process, on the very objects', async () => {
  const mine: unknown[] = [];
  const child = new Process({
    target: async (given: unknown[]) => {
      await sleep(1);
      given.push(currentProcess() === child, currentProcess().name);
    },
    args: [mine],
    name: 'c',
  });
  assert.equal(child.isAlive(), false);
  await child.start();
  assert.deepEqual([child.isAlive(), child.pid, child.exitCode], [true, process.pid, null]);
  await child.join();
  assert.deepEqual([child.isAlive(), child.exitCode, mine], [false, 0, [true, 'c']]);
  assert.equal(currentProcess().name, 'MainProcess');
  await assert.rejects(child.start(), { code: 'ERR_PROCESS_STARTED_TWICE' });
});

test('its exit code tells how it ended', async () => {
  const codeOf = async (target: () => unknown, end?: 'terminate' | 'kill' | 'interrupt') => {
    const child = new Process({ target });
    await child.start();
    await sleep(1);
    if (end) child[end]();
    await child.join();
    return child.exitCode;
  };
  const waits = () => sleep(60_000);
  const exits = () => {
    throw new SystemExit(7);
  };
  assert.equal(await codeOf(exits), 7);
  assert.deepEqual(
    [await codeOf(waits, 'terminate'), await codeOf(waits, 'kill'), await codeOf(waits, 'interrupt')],
    [-15, -9, 1],
  );
});

test('one that is ended gives back what it holds', async () => {
  const lock = new Lock();
  const child = new Process({
    target: async () => {
      using _held = await lock.hold();
      await sleep(60_000);
    },
  });
  await child.start();
  await sleep(1);
  assert.ok(lock.locked());
  child.terminate();
  await child.join();
  assert.ok(!lock.locked());
});

test('a join that blocks would wait for itself', async () => {
  const queue = new Queue<true>();
  const child = new Process({ target: () => queue.get() });
  await child.start();
  assert.throws(() => child.joinSync(), { name: 'RuntimeError', code: 'ERR_WAITS_FOR_ITSELF' });
  child.joinSync({ timeout: 60_000 });
  assert.throws(() => child.sentinel, { code: 'ERR_THREAD_SENTINEL' });
  queue.putNowait(true);
  await child.join();
});

test('a pool runs its tasks in this thread', async () => {
  await using pool = new Pool(4);
  assert.deepEqual(await pool.map((n: number) => n * 2, [1, 2, 3]), [2, 4, 6]);
  assert.equal(await pool.apply(() => process.pid), process.pid);
});
