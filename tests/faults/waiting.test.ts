/** Processes are killed while they hold, wait for, or were just called for something: the others go on. */

import assert from 'node:assert/strict';
import { OwnerDiedError } from 'manyfold';
import { eachMethod } from '../support/methods.js';
import { promptly } from '../support/time.js';

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const rounds = method === 'spawn' ? 2 : 10;
  const { Lock, Process, Queue, SimpleQueue } = context;

  /** Resolves when the child says that it is where it should be killed. */
  const startAt = async (target: (here: () => void) => unknown) => {
    const place = new SimpleQueue<number>();
    const child = new Process({ target: () => target(() => place.putSync(1)) });
    await child.start();
    await place.get();
    return child;
  };

  for (const how of ['blocking', 'awaiting'] as const) {
    test(
      `the holder of a lock is killed: the next one, ${how}, learns of it`,
      promptly(async (soon) => {
        const lock = new Lock();
        const holder = await startAt((here) => {
          lock.acquireSync();
          here();
          while (true);
        });
        const results = new SimpleQueue<string>();
        const waiter = await startAt(async (here) => {
          here();
          try {
            const got = how === 'blocking' ? lock.acquireSync() : await lock.acquire();
            results.putSync(`acquired: ${got}`);
          } catch (error) {
            results.putSync((error as Error).name);
          }
        });
        holder.kill();
        assert.equal(await soon(() => results.get()), 'OwnerDiedError');
        await Promise.all([holder.join(), waiter.join()]);
        // It is told once; the lock is free.
        assert.equal(await lock.acquire(), true);
        lock.release();
      }),
    );

    test(`one of those who wait for a lock, ${how}, is killed: the wake-up goes to the next`, async () => {
      const lock = new Lock();
      const results = new SimpleQueue<number>();
      for (let round = 0; round < rounds; round++) {
        await lock.acquire();
        const waiters = await Promise.all(
          [0, 1, 2].map((number) =>
            startAt(async (here) => {
              here();
              if (how === 'blocking') lock.acquireSync();
              else await lock.acquire();
              lock.release();
              results.putSync(number);
            }),
          ),
        );
        // The first in line is killed at the very moment at which it is called.
        waiters[0]!.kill();
        lock.release();
        const outcomes = await Promise.all(waiters.map((waiter) => waiter.join().then(() => waiter.exitCode)));
        assert.deepEqual(outcomes.slice(1), [0, 0]);
        for (let left = outcomes[0] === 0 ? 3 : 2; left > 0; left--) await results.get();
        // Should it have died with the lock in its hands, that is told to whoever comes next.
        await lock.acquire().catch((error: unknown) => assert.ok(error instanceof OwnerDiedError));
        if (lock.locked()) lock.release();
      }
    });

    test(`one of those who wait for an item, ${how}, is killed: no item is lost for the others`, async () => {
      const queue = new Queue<number>();
      const results = new SimpleQueue<number>();
      for (let round = 0; round < rounds; round++) {
        const waiters = await Promise.all(
          [0, 1].map(() =>
            startAt(async (here) => {
              here();
              results.putSync(how === 'blocking' ? queue.getSync() : await queue.get());
            }),
          ),
        );
        waiters[0]!.kill();
        await waiters[0]!.join();
        queue.putNowait(round);
        assert.equal(await results.get(), round);
        await waiters[1]!.join();
      }
    });
  }

  test('a producer that is killed while it puts leaves a queue that works', async () => {
    const queue = new Queue<string>();
    for (let round = 0; round < rounds; round++) {
      const producer = await startAt((here) => {
        for (let i = 0; ; i++) {
          queue.putSync('x'.repeat(i % 20_000));
          if (i === 20) here();
        }
      });
      producer.kill();
      await producer.join();
      await queue.put('the last one');
      let item = await queue.get();
      while (item !== 'the last one') {
        assert.match(item, /^x*$/);
        item = await queue.get();
      }
    }
  });

  test('the holder of a lock is killed while its parent blocks', async () => {
    const lock = new Lock();
    const holder = await startAt((here) => {
      lock.acquireSync();
      here();
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20);
      return new Promise(() => {});
    });
    assert.throws(() => lock.acquireSync({ timeout: 10_000 }), { name: 'OwnerDiedError' });
    holder.joinSync();
    assert.equal(holder.exitCode, -9);
  });
});
