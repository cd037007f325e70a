/** What becomes of the permits, the conditions and the barriers of a coroutine that is killed. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Barrier, BoundedSemaphore, Condition, Lock, OwnerDiedError, Process, Queue, RLock, Semaphore } from 'manyfold';
import { sleep, spawn, Timeout } from 'manyfold/coroutines';
import { guard } from '../../support/guard.js';

guard();

// What the first process opens is not a test's leak.
before(async () => {
  const first = new Process({ target: () => {} });
  await first.start();
  await first.join();
});

/** A coroutine that has acquired permits, and gives none back by itself. */
async function holder(semaphore: Semaphore, count = 1) {
  const free = semaphore.getValue();
  const task = spawn(async () => {
    for (let left = count; left > 0; left--) await semaphore.acquire();
    await sleep(60_000);
  });
  while (semaphore.getValue() > free - count) await sleep(1);
  return { task }; // a task itself would be awaited
}

for (const make of [(value: number) => new Semaphore(value), (value: number) => new BoundedSemaphore(value)]) {
  const { name } = make(1).constructor;

  test(`the permits of a ${name} that a killed coroutine holds go to those who wait`, async () => {
    const semaphore = make(2);
    const { task } = await holder(semaphore, 2);
    const waiting = [spawn(() => semaphore.acquire()), spawn(() => semaphore.acquire())];
    await sleep(1);
    task.kill();
    assert.deepEqual(await Promise.all(waiting), [true, true]);
    semaphore.release(2); // what a coroutine returns with, anybody may release
    assert.equal(semaphore.getValue(), 2);
  });

  test(`a permit of a ${name} that a killed coroutine holds goes to another process`, async () => {
    const semaphore = make(1);
    const news = new Queue<string>();
    const { task } = await holder(semaphore);
    const child = new Process({
      target: async () => {
        await news.put('waits');
        using _held = await semaphore.hold();
        await news.put('held');
      },
    });
    await child.start();
    assert.equal(await news.get(), 'waits');
    task.kill();
    assert.equal(await news.get(), 'held');
    await child.join();
    assert.equal(semaphore.getValue(), 1);
  });

  test(`what others hold of a ${name} stays theirs when a coroutine is killed`, async () => {
    const semaphore = make(3);
    await semaphore.acquire();
    const [{ task: one }, { task: other }] = [await holder(semaphore), await holder(semaphore)];
    one.kill();
    await one.join();
    assert.equal(semaphore.getValue(), 1);
    other.kill();
    await other.join();
    assert.equal(semaphore.getValue(), 2);
    semaphore.release();
    assert.equal(semaphore.getValue(), 3);
  });

  test(`a permit of a ${name} that somebody has given back already does not come twice`, async () => {
    const semaphore = make(2);
    const { task } = await holder(semaphore, 2);
    semaphore.release();
    assert.equal(semaphore.getValue(), 1);
    task.kill();
    await task.join();
    assert.equal(semaphore.getValue(), 2);
  });
}

test('a coroutine that fails leaves its permits as one that is killed; one that returns keeps them', async () => {
  const semaphore = new Semaphore(2);
  const fail = async () => {
    await semaphore.acquire();
    assert.equal(semaphore.acquireSync(), true);
    semaphore.release();
    throw new Error('failed');
  };
  await assert.rejects(spawn(fail).get(), /failed/);
  assert.equal(semaphore.getValue(), 2);
  await spawn(() => semaphore.acquire());
  assert.equal(semaphore.getValue(), 1);
});

test('the signals of a Semaphore(0) that a killed coroutine has taken do not come again', async () => {
  const signals = new Semaphore(0);
  signals.release(3);
  const { task } = await holder(signals, 2);
  task.kill();
  await task.join();
  assert.equal(signals.getValue(), 1);
});

for (const lock of [() => new Lock(), () => new RLock()]) {
  test(`a ${lock().constructor.name} that a Condition has acquired again for a coroutine is handed on with it`, async () => {
    const condition = new Condition(lock());
    const task = spawn(async () => {
      await condition.acquire();
      await condition.wait();
      await sleep(60_000);
    });
    while (!String(condition).endsWith(' 1)>')) await sleep(1);
    await condition.acquire();
    condition.notify();
    condition.release();
    while (!condition.locked()) await sleep(1);
    const next = spawn(() => condition.acquire());
    await sleep(1);
    task.kill();
    await assert.rejects(next.get(), OwnerDiedError);
    assert.equal(await condition.acquire(), true);
    condition.release();
  });

  test(`a coroutine killed in a Condition with a ${lock().constructor.name} has it again, and gives it back`, async () => {
    const condition = new Condition(lock());
    const task = spawn(async () => {
      using _held = await condition.hold();
      await condition.wait();
    });
    while (!String(condition).endsWith(' 1)>')) await sleep(1);
    task.kill();
    await task.join();
    assert.equal(task.killed(), true);
    assert.match(String(condition), / 0\)>$/);
    assert.equal(await condition.acquire(), true);
    condition.release();
  });
}

test('a Barrier at which a coroutine is killed is broken; one that a signal takes away leaves it whole', async () => {
  const barrier = new Barrier(3);
  const [one, other] = [spawn(() => barrier.wait()), spawn(() => barrier.wait())];
  while (barrier.nWaiting < 2) await sleep(1);
  one.kill();
  await assert.rejects(other.get(), { code: 'ERR_BARRIER_BROKEN' });
  assert.equal(one.killed(), true);
  assert.equal(barrier.broken, true);
  barrier.reset();
  const late = barrier.wait({ signal: AbortSignal.timeout(5) });
  await assert.rejects(late, { name: 'TimeoutError' });
  assert.deepEqual([barrier.broken, barrier.nWaiting], [false, 0]);
  await assert.rejects(
    new Timeout(5).run(() => barrier.wait()),
    { code: 'ERR_TIMED_OUT' },
  );
  assert.equal(barrier.broken, true);
});
