/** Clients of managers that are killed, or end in good order: those who go on. */

import assert from 'node:assert/strict';
import { SyncManager, type AcquirerProxy } from 'manyfold/managers';
import type { Process as ProcessType } from 'manyfold';
import { clientOf, startManager } from '../../support/managers.js';
import { eachMethod } from '../../support/methods.js';
import { stopProcess } from '../../support/stop.js';
import { promptly } from '../../support/time.js';
import { until } from '../../support/wait.js';

const died = { name: 'OwnerDiedError', code: 'ERR_OWNER_DIED' };

class Stoppable extends SyncManager {}
Stoppable.register('Pid', () => ({ pid: () => process.pid }));

eachMethod(['forkserver', 'spawn'], (_method, context, test) => {
  const { Process, Queue } = context;

  /** A process that has done something, and goes on living. */
  async function after(run: () => unknown): Promise<ProcessType> {
    const ready = new Queue<string>();
    const process = new Process({
      target: async () => {
        await run();
        await ready.put('ready');
        await new Promise(() => setInterval(() => {}, 1000));
      },
    });
    await process.start();
    await ready.get();
    return process;
  }

  for (const remote of [false, true]) {
    const where = remote ? 'over TCP' : 'in the program';

    test(
      `a lock whose holder is killed is handed on (${where})`,
      promptly(async (soon) => {
        await using manager = await startManager(Stoppable, context);
        await using other = await clientOf(manager, remote);
        for (const lock of [await other.Lock(), (await other.RLock()) as unknown as AcquirerProxy]) {
          const holder = await after(() => lock.acquire());
          assert.equal(await lock.acquire({ block: false }), false);
          const waiting = Promise.allSettled([lock.acquire(), lock.acquire()]);
          holder.kill();
          const outcomes = await soon(() => waiting);
          // Whichever the server has seen first: they may have come on lines of their own.
          const [told] = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
          assert.throws(() => {
            throw told?.reason;
          }, died);
          assert.ok(outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value));
          await lock.release();
          await holder.join();
          const second = await after(() => lock.acquireSync());
          second.kill();
          await second.join();
          await assert.rejects(lock.acquire(), died);
          assert.equal(await lock.acquire(), true);
          await lock.release();
        }
      }),
    );

    test(`the holder of a lock and the next in line are killed together: it is the turn of the one after (${where})`, async () => {
      await using manager = await startManager(Stoppable, context);
      await using other = await clientOf(manager, remote);
      const server = await (await other.create<{ pid(): number }>('Pid')).pid();
      for (const lock of [
        await other.Lock(),
        (await other.RLock()) as unknown as AcquirerProxy,
        await other.Semaphore(1),
      ]) {
        const holder = await after(() => lock.acquire());
        const next = await after(() => void lock.acquire());
        await lock.acquire({ block: false });
        const last = lock.acquire().catch((error: Error) => error.name);
        stopProcess(server); // it sees both deaths at once
        for (const each of [holder, next]) {
          each.kill();
          await each.join();
        }
        process.kill(server, 'SIGCONT');
        assert.match(String(await last), /^(?:true|OwnerDiedError)$/);
      }
    });

    test(
      `the permits of one who is killed are there again, signals do not come twice (${where})`,
      promptly(async (soon) => {
        await using manager = await startManager(Stoppable, context);
        await using other = await clientOf(manager, remote);
        const permits = await other.Semaphore(2);
        const signals = await other.Semaphore(0);
        await signals.release();
        const holder = await after(async () => {
          await permits.acquire();
          await permits.acquire();
          await signals.acquire();
        });
        const waiting = permits.acquire();
        holder.kill();
        assert.equal(await soon(() => waiting), true);
        assert.equal(await permits.acquire({ timeout: 10_000 }), true);
        assert.equal(await permits.acquire({ block: false }), false);
        assert.equal(await signals.acquire({ block: false }), false);
        await holder.join();
      }),
    );

    test(`one who waits when it is killed takes nothing (${where})`, async () => {
      await using manager = await startManager(Stoppable, context);
      await using other = await clientOf(manager, remote);
      const queue = await other.Queue();
      const lock = await other.Lock();
      const barrier = await other.Barrier(2);
      await lock.acquire();
      const begun = await other.Event();
      const waiter = new Process({
        target: async () => {
          const waits = [queue.get(), lock.acquire(), barrier.wait()];
          await begun.set();
          await Promise.all(waits);
        },
      });
      await waiter.start();
      await begun.wait();
      await until(async () => (await barrier.nWaiting()) === 1);
      waiter.kill();
      await waiter.join();
      assert.ok(await until(async () => await barrier.broken()), 'it will not come to the barrier any more');
      await queue.put('item');
      assert.equal(await queue.get({ timeout: 10_000 }), 'item');
      await lock.release();
      assert.equal(await lock.acquire({ timeout: 10_000 }), true);
    });

    test(
      `the lock of a condition whose holder is killed: one of those who wait learns of it (${where})`,
      promptly(async (soon) => {
        await using manager = await startManager(Stoppable, context);
        await using other = await clientOf(manager, remote);
        const condition = await other.Condition();
        await condition.acquire();
        const waiting = assert.rejects(condition.wait(), died);
        const holder = await after(() => condition.acquire());
        holder.kill();
        await soon(() => waiting);
        await holder.join();
        assert.equal(await condition.acquire({ timeout: 10_000 }), true);
        await condition.release();
      }),
    );

    test(`manager-034 manager-036 what a process leaves locked that ends in good order stays so (${where})`, async () => {
      await using manager = await startManager(Stoppable, context);
      await using other = await clientOf(manager, remote);
      const lock = await other.Lock();
      const semaphore = await other.BoundedSemaphore(1);
      const run = async (fails: boolean) => {
        await lock.acquire();
        await semaphore.acquire();
        if (fails) process.exit(3);
      };
      const child = new Process({ target: run, args: [false] });
      await child.start();
      await child.join();
      assert.equal(await lock.acquire({ timeout: 100 }), false);
      assert.equal(await semaphore.acquire({ block: false }), false);
      await lock.release();
      await semaphore.release();
      // One that fails has not left it so on purpose.
      const failing = new Process({ target: run, args: [true] });
      await failing.start();
      await failing.join();
      assert.equal(failing.exitCode, 3);
      await assert.rejects(lock.acquire({ timeout: 10_000 }), died);
      assert.equal(await semaphore.acquire({ timeout: 10_000 }), true);
    });
  }
});
