/** A lock keeps everybody else out, whoever and wherever they are. */

import assert from 'node:assert/strict';
import { canBlock, eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Lock, Process, Value } = context;

  test('several processes, blocking and awaiting, are never inside together', async () => {
    const lock = new Lock();
    const inside = new Value('i', 0);
    const most = new Value('i', 0);
    const done = new Value('i', 0);
    const rounds = 3000;
    const work = async (blocking: boolean) => {
      for (let round = 0; round < rounds; round++) {
        if (blocking && mayBlock) lock.acquireSync();
        else await lock.acquire();
        inside.value++;
        most.value = Math.max(most.value, inside.value);
        done.value++;
        inside.value--;
        lock.release();
      }
    };
    const processes = [true, false, true].map((blocking) => new Process({ target: work, args: [blocking] }));
    for (const process of processes) await process.start();
    await work(false);
    for (const process of processes) await process.join();
    assert.deepEqual([done.value, most.value, inside.value], [4 * rounds, 1, 0]);
    assert.equal(lock.locked(), false);
  });

  test('a section that awaits in the middle stays its holder’s own', async () => {
    const lock = new Lock();
    const total = new Value('i', 0);
    const work = async () => {
      for (let round = 0; round < 50; round++) {
        using _held = await lock.hold();
        const seen = total.value;
        await new Promise(setImmediate);
        total.value = seen + 1;
      }
    };
    const processes = [0, 1].map(() => new Process({ target: work }));
    for (const process of processes) await process.start();
    await Promise.all([work(), work(), work()]);
    for (const process of processes) await process.join();
    assert.equal(total.value, 250);
  });

  test('coroutines of one process get the lock in the order in which they asked', async () => {
    const lock = new Lock();
    await lock.acquire();
    const order: number[] = [];
    const coroutines = Array.from({ length: 50 }, async (_, number) => {
      await lock.acquire();
      order.push(number);
      await new Promise(setImmediate);
      lock.release();
    });
    lock.release();
    await Promise.all(coroutines);
    assert.deepEqual(
      order,
      Array.from({ length: 50 }, (_, number) => number),
    );
  });
});
