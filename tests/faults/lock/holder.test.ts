/** Locks whose holder dies. */

import assert from 'node:assert/strict';
import { OwnerDiedError, type Process as ProcessType } from 'manyfold';
import { eachMethod } from '../../support/methods.js';
import { stopProcess } from '../../support/stop.js';
import { promptly } from '../../support/time.js';

eachMethod(['forkserver', 'spawn', 'fork'], (_method, context, test) => {
  const { Lock, Process, Queue } = context;

  /** A process that holds the lock and goes on living. */
  async function startHolder(lock: InstanceType<typeof Lock>): Promise<ProcessType> {
    const holds = new Queue<boolean>();
    const holder = new Process({
      target: async () => {
        await lock.acquire();
        await holds.put(true);
        await new Promise(() => setInterval(() => {}, 1000));
      },
    });
    await holder.start();
    await holds.get();
    return holder;
  }

  for (const blocking of [true, false]) {
    test(
      `one who waits (${blocking ? 'blocking' : 'awaiting'}) learns of it soon, and the lock is free again`,
      promptly(async (soon) => {
        const lock = new Lock();
        const holder = await startHolder(lock);
        const died = { name: 'OwnerDiedError', code: 'ERR_OWNER_DIED' };
        const waiting = blocking ? undefined : assert.rejects(lock.acquire(), died);
        holder.kill();
        await soon(() => waiting ?? assert.throws(() => lock.acquireSync(), died));
        // It is told once.
        assert.equal(lock.locked(), false);
        assert.equal(await lock.acquire(), true);
        lock.release();
        await holder.join();
      }),
    );
  }

  test('of several who wait, one is told, and the others get the lock', async () => {
    const lock = new Lock();
    const outcomes = new Queue<string>();
    const holder = await startHolder(lock);
    const wait = async (blocking: boolean) => {
      try {
        if (blocking) lock.acquireSync();
        else await lock.acquire();
        await outcomes.put('held');
        lock.release();
      } catch (error) {
        await outcomes.put((error as Error).name);
      }
    };
    const waiters = [true, false, true].map((blocking) => new Process({ target: wait, args: [blocking] }));
    for (const waiter of waiters) await waiter.start();
    holder.kill();
    const all = [await outcomes.get(), await outcomes.get(), await outcomes.get()];
    for (const each of [holder, ...waiters]) await each.join();
    assert.deepEqual(all.toSorted(), ['OwnerDiedError', 'held', 'held']);
  });

  test('a wait with a timeout for the lock of one who lives ends with false', async () => {
    const lock = new Lock();
    const holder = await startHolder(lock);
    stopProcess(holder.pid!); // stopped is not dead
    assert.equal(await lock.acquire({ timeout: 150 }), false);
    assert.equal(lock.acquireSync({ timeout: 150 }), false);
    holder.kill();
    await holder.join();
    await assert.rejects(lock.acquire(), OwnerDiedError);
  });
});
