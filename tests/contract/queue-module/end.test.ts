/** Work that is done, and queues that are shut down. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LifoQueue, PriorityQueue, Queue, ShutDown } from 'manyfold/queue';
import { guard } from '../../support/guard.js';

guard();

/** Where a promise stands after everything that can happen now has happened. */
async function settled(promise: Promise<unknown>): Promise<string> {
  await new Promise(setImmediate);
  return await Promise.race([
    promise.then(
      () => 'resolved',
      (error: unknown) => (error as Error).name,
    ),
    Promise.resolve('waiting'),
  ]);
}

test('queue_module-005 join waits until everything that was put is done, twice if need be', async () => {
  const queue = new Queue<number | undefined>();
  let sum = 0;
  const workers = Array.from({ length: 2 }, async () => {
    for (let n = await queue.get(); n !== undefined; n = await queue.get()) {
      sum += n;
      await new Promise(setImmediate);
      queue.taskDone();
    }
    queue.taskDone();
  });
  for (const expected of [4950, 9900]) {
    for (let n = 0; n < 100; n++) queue.putNowait(n);
    await queue.join();
    assert.equal(sum, expected);
  }
  for (const _ of workers) queue.putNowait(undefined);
  await queue.join();
  await Promise.all(workers);
  assert.throws(() => queue.taskDone(), { name: 'ValueError', code: 'ERR_TASK_DONE' });
});

test('join can be given up', async () => {
  const queue = new Queue<number>();
  queue.putNowait(1);
  await assert.rejects(queue.join({ signal: AbortSignal.timeout(5) }), { name: 'TimeoutError' });
});

for (const Kind of [Queue, LifoQueue, PriorityQueue]) {
  test(`queue_module-009 an empty queue that is shut down takes and gives nothing [${Kind.name}]`, async () => {
    const queue = new Kind<number>();
    queue.shutdown();
    assert.ok(queue.isShutdown);
    await assert.rejects(queue.put(1), ShutDown);
    await assert.rejects(queue.get(), { code: 'ERR_QUEUE_SHUT_DOWN' });
    assert.throws(() => queue.putNowait(1), ShutDown);
    assert.throws(() => queue.getNowait(), ShutDown);
  });

  test(`queue_module-010 what is inside can still be got [${Kind.name}]`, async () => {
    const queue = new Kind<number>();
    queue.putNowait(1);
    queue.shutdown();
    assert.equal(await queue.get(), 1);
    await assert.rejects(queue.get(), ShutDown);
  });

  test(`queue_module-011 an immediate shutdown drops what is inside [${Kind.name}]`, async () => {
    const queue = new Kind<number>();
    queue.putNowait(1);
    queue.shutdown({ immediate: true });
    await assert.rejects(queue.get(), ShutDown);
    assert.equal(queue.qsize(), 0);
  });

  test(`queue_module-013 after a shutdown the rest is dealt with as ever [${Kind.name}]`, async () => {
    const queue = new Kind<string>();
    queue.putNowait('L');
    queue.putNowait('O');
    queue.shutdown();
    assert.throws(() => queue.putNowait('E'), ShutDown);
    await queue.get();
    queue.taskDone();
    await queue.get();
    queue.taskDone();
    await queue.join();
    for (const options of [{}, { block: false }, { timeout: 5 }]) await assert.rejects(queue.get(options), ShutDown);
  });

  test(`queue_module-014 after an immediate shutdown there is nothing to be done [${Kind.name}]`, async () => {
    const queue = new Kind<string>();
    queue.putNowait('L');
    queue.shutdown({ immediate: true });
    assert.throws(() => queue.taskDone(), { code: 'ERR_TASK_DONE' });
    await queue.join();
  });
}

test('queue_module-015 a shutdown ends all who write, read and join', async () => {
  for (const immediate of [false, true]) {
    const queue = new Queue<number>(3);
    const end = async (work: () => Promise<unknown>) => {
      try {
        for (;;) await work();
      } catch (error) {
        assert.ok(error instanceof ShutDown, String(error));
      }
    };
    const put = async () => {
      await queue.put(1);
      await new Promise(setImmediate);
    };
    const take = async () => {
      await queue.get();
      queue.taskDone();
    };
    const all = [
      ...Array.from({ length: 4 }, () => end(put)),
      ...Array.from({ length: 6 }, () => end(take)),
      ...Array.from({ length: 2 }, () => queue.join()),
    ];
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    queue.shutdown({ immediate });
    await Promise.all(all);
  }
});

test('queue_module-017 queue_module-018 join returns when the rest is done, or dropped', async () => {
  const queue = new Queue<number>();
  queue.putNowait(1);
  const joining = queue.join();
  queue.shutdown();
  assert.equal(queue.unfinishedTasks, 1);
  assert.throws(() => queue.putNowait(2), ShutDown);
  assert.equal(await settled(joining), 'waiting');
  queue.getNowait();
  assert.equal(await settled(joining), 'waiting');
  queue.taskDone();
  await joining;

  const dropped = new Queue<number>();
  dropped.putNowait(1);
  const waiting = [dropped.join(), dropped.join()];
  dropped.shutdown({ immediate: true });
  await Promise.all(waiting);
});

test('queue_module-019 whoever waits for an item or for room learns of the shutdown', async () => {
  const queue = new Queue<number>(1);
  const getting = [queue.get(), queue.get({ timeout: 60_000 })];
  queue.shutdown();
  for (const promise of getting) await assert.rejects(promise, ShutDown);

  const full = new Queue<number>(1);
  full.putNowait(1);
  const putting = full.put(2);
  full.shutdown();
  await assert.rejects(putting, ShutDown);
  assert.equal(full.getNowait(), 1);
});

test('iterating a queue ends with its shutdown', async () => {
  const queue = new Queue<number | undefined>();
  const got: unknown[] = [];
  const reading = (async () => {
    for await (const item of queue) got.push(item);
  })();
  for (const item of [1, undefined, 3]) queue.putNowait(item);
  await new Promise(setImmediate);
  queue.putNowait(4);
  queue.shutdown();
  await reading;
  assert.deepEqual(got, [1, undefined, 3, 4]);
});
