/** What a child holds when it ends, in each lane. */

import assert from 'node:assert/strict';
import { OwnerDiedError } from 'manyfold';
import { eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { Condition, Lock, Process, RLock, Semaphore, SimpleQueue } = context;

  for (const end of ['in good order', 'killed'] as const) {
    test(`a child that ends ${end} hands on its locks, and its permits are free again`, async () => {
      const [lock, rlock, condition, semaphore] = [new Lock(), new RLock(), new Condition(), new Semaphore(2)];
      const holds = new SimpleQueue<boolean>();
      const child = new Process({
        target: async () => {
          for (const each of [lock, rlock, condition, semaphore, semaphore]) await each.acquire();
          await holds.put(true);
          if (end === 'killed') await new SimpleQueue().get();
        },
      });
      await child.start();
      await holds.get();
      const waiting = [lock, rlock, condition].map((each) => assert.rejects(each.acquire(), OwnerDiedError));
      const permits = [semaphore.acquire(), semaphore.acquire()];
      if (end === 'killed') child.kill();
      await Promise.all(waiting);
      assert.deepEqual(await Promise.all(permits), [true, true]);
      await child.join();
      assert.deepEqual(
        [lock, rlock, condition].map((each) => each.locked()),
        [false, false, false],
      );
      semaphore.release(2);
    });
  }
});
