/** Processes die while they hold, wait, or have just been woken: what that means for the others. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateOf } from '#dist/process/state.js';
import { OwnerDiedError, type Process as ProcessType } from 'manyfold';
import { eachMethod } from '../../support/methods.js';
import { relatives } from '../../support/processes.js';
import { stopProcess } from '../../support/stop.js';
import { promptly } from '../../support/time.js';
import { until } from '../../support/wait.js';

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const { Barrier, Condition, Lock, Process, Queue, RLock, Semaphore } = context;

  /** A process that does something, says so, and goes on living. */
  const startDoing = async (work: () => unknown): Promise<ProcessType> => {
    const done = new Queue<void>();
    const target = async () => {
      await work();
      await done.put();
      await new Promise(() => setInterval(() => {}, 1000));
    };
    const process = new Process({ target });
    await process.start();
    await done.get();
    return process;
  };

  /** A process that waits once something has happened that it cannot say itself. */
  const startWaiting = async (work: () => unknown, waits: () => boolean): Promise<ProcessType> => {
    const process = new Process({ target: work });
    await process.start();
    assert.ok(await until(waits));
    return process;
  };

  const waitersOf = (condition: InstanceType<typeof Condition>) => Number(/, (\d+)\)>$/.exec(String(condition))![1]);

  // Once each will do for fresh Nodes, which take their time.
  for (const blocking of method === 'spawn' ? [true] : [true, false]) {
    const how = blocking ? 'blocking' : 'awaiting';

    test(
      `the RLock of a dead process is told of and free, however often it was held (${how})`,
      promptly(async (soon) => {
        const lock = new RLock();
        const holder = await startDoing(() => [lock.acquireSync(), lock.acquireSync()]);
        const died = { name: 'OwnerDiedError', code: 'ERR_OWNER_DIED' };
        holder.kill();
        await soon(() => {
          if (blocking) return assert.throws(() => lock.acquireSync(), died);
          return assert.rejects(lock.acquire(), died);
        });
        await holder.join();
        assert.equal(String(lock), '<RLock(None, 0)>');
        lock.acquireSync();
        assert.equal(String(lock), '<RLock(MainProcess, 1)>');
        lock.release();
      }),
    );

    test(
      `a lock made to be recovered is taken over, and says so until it is released (${how})`,
      promptly(async (soon) => {
        for (const lock of [new Lock({ recover: true }), new RLock({ recover: true })]) {
          const holder = await startDoing(() => lock.acquireSync());
          assert.equal(lock.recovered, false);
          const take = async () => (blocking ? lock.acquireSync() : lock.acquire());
          holder.kill();
          assert.equal(await soon(take), true);
          assert.equal(lock.recovered, true);
          const seen = new Queue<boolean>();
          const other = new Process({
            target: async (given: typeof lock) => {
              await seen.put(given.recovered);
              given.acquireSync();
              await seen.put(given.recovered); // it was released in good order
              given.release();
            },
            args: [lock],
          });
          await other.start();
          assert.equal(await seen.get(), true);
          lock.release();
          assert.equal(await seen.get(), false);
          for (const each of [holder, other]) await each.join();
          assert.equal(lock.recovered, false);
        }
      }),
    );

    test(
      `the permits of a dead process are free again (${how})`,
      promptly(async (soon) => {
        const semaphore = new Semaphore(3);
        semaphore.acquireSync();
        const holder = await startDoing(() => [semaphore.acquireSync(), semaphore.acquireSync()]);
        assert.equal(semaphore.getValue(), 0);
        holder.kill();
        await soon(async () => {
          for (const _ of [1, 2]) assert.equal(blocking ? semaphore.acquireSync() : await semaphore.acquire(), true);
        });
        await holder.join();
        assert.equal(semaphore.getValue(), 0);
        semaphore.release(3);
        assert.equal(semaphore.getValue(), 3);
      }),
    );

    test(
      `a party that dies while it waits has broken the barrier (${how})`,
      promptly(async (soon) => {
        const barrier = new Barrier(3);
        const [here, there] = [barrier.wait().catch((error: Error) => error.name), new Queue<string>()];
        const other = new Process({
          target: async () => {
            try {
              if (blocking) barrier.waitSync();
              else await barrier.wait();
            } catch (error) {
              await there.put((error as Error).name);
            }
          },
        });
        await other.start();
        assert.ok(await until(() => barrier.nWaiting === 2));
        other.kill();
        assert.equal(await soon(() => here), 'BrokenBarrierError');
        await other.join();
        assert.ok(barrier.broken);
        assert.ok(there.empty());
        barrier.reset();
        assert.deepEqual(await Promise.all([1, 2, 3].map(() => barrier.wait())), [0, 1, 2]);
      }),
    );

    test(
      `one who dies while it waits for a condition takes no notice away (${how})`,
      promptly(async (soon) => {
        const condition = new Condition(new Lock());
        const wait = async () => {
          using _held = await condition.hold();
          if (blocking) condition.waitSync();
          else await condition.wait();
        };
        const waiters: ProcessType[] = [];
        for (let count = 1; count <= 4; count++) {
          waiters.push(await startWaiting(wait, () => waitersOf(condition) === count));
        }
        waiters[0]!.kill(); // while it waits
        await waiters[0]!.join();
        stopProcess(waiters[1]!.pid!); // cannot take its notice
        {
          using _held = await condition.hold();
          condition.notify(2);
        }
        await waiters[2]!.join();
        assert.equal(waiters[2]!.exitCode, 0);
        assert.equal(waiters[3]!.isAlive(), true);
        waiters[1]!.kill(); // notified, and not yet awake
        await soon(() => waiters[3]!.join());
        assert.equal(waiters[3]!.exitCode, 0);
        await waiters[1]!.join();
      }),
    );

    test(
      `those who wait for a condition learn that its lock’s holder died (${how})`,
      promptly(async (soon) => {
        const condition = new Condition(new Lock());
        const outcomes = new Queue<string>();
        const wait = async () => {
          condition.acquireSync();
          try {
            if (blocking) condition.waitSync();
            else await condition.wait();
            condition.release();
            await outcomes.put('notified');
          } catch (error) {
            await outcomes.put((error as Error).name);
          }
        };
        const waiters = [1, 2].map((count) => startWaiting(wait, () => waitersOf(condition) >= count));
        const started = await Promise.all(waiters);
        assert.ok(await until(() => waitersOf(condition) === 2));
        const notifier = await startDoing(() => condition.acquireSync());
        notifier.kill();
        assert.equal(await soon(() => outcomes.get()), 'OwnerDiedError');
        await condition.acquire();
        condition.notify();
        condition.release();
        assert.equal(await outcomes.get(), 'notified');
        for (const each of [notifier, ...started]) await each.join();
      }),
    );
  }

  test('one who is held up while it clears away after a dead one keeps no notice from the others', async () => {
    const condition = new Condition(new Lock());
    const wait = () => {
      using _held = condition.holdSync();
      condition.waitSync();
    };
    const dead = await startWaiting(wait, () => waitersOf(condition) === 1);
    const row = stateOf(dead).id; // in the place that says whose row it is
    const stopInClearing = () => {
      const change = Atomics.compareExchange.bind(Atomics) as (...of: [Int32Array, number, number, number]) => number;
      const stopping = (...[words, index, from, to]: Parameters<typeof change>): number => {
        const found = change(words, index, from, to);
        if (found === row && from === row) process.kill(process.pid, 'SIGSTOP');
        return found;
      };
      Object.assign(Atomics, { compareExchange: stopping });
      wait();
    };
    const heldUp = await startWaiting(stopInClearing, () => waitersOf(condition) === 2);
    dead.kill();
    await dead.join();
    assert.ok(await until(() => relatives(process.pid).some(({ pid, state }) => pid === heldUp.pid && state === 'T')));
    const count = waitersOf(condition);
    const other = await startWaiting(wait, () => waitersOf(condition) > count);
    {
      using _held = await condition.hold();
      condition.notify(2);
    }
    await other.join();
    heldUp.kill();
    await heldUp.join();
  });

  test(
    'one who tries again and again, without waiting, learns of a death too',
    promptly(async (soon) => {
      const [lock, semaphore] = [new Lock(), new Semaphore(1)];
      const holder = await startDoing(() => [lock.acquireSync(), semaphore.acquireSync()]);
      holder.kill();
      let told: unknown;
      const got = { permit: false };
      const tries = () => {
        try {
          lock.acquireSync({ block: false });
        } catch (error) {
          told = error;
        }
        got.permit ||= semaphore.acquireSync({ block: false });
        return told !== undefined && got.permit;
      };
      // In one go: the parent has no turn in which it could collect its child.
      const end = performance.now() + 10_000;
      await soon(() => {
        while (!tries() && performance.now() < end);
      });
      assert.ok(told instanceof OwnerDiedError && got.permit);
      await holder.join();
    }),
  );

  test(
    'a party that dies while it runs the action has broken the barrier',
    promptly(async (soon) => {
      const barrier = new Barrier(2, { action: () => process.kill(process.pid, 'SIGKILL') });
      const here = barrier.wait().catch((error: Error) => error.name);
      const last = new Process({ target: () => void barrier.waitSync() });
      await last.start();
      await last.join();
      assert.equal(await soon(() => here), 'BrokenBarrierError');
    }),
  );

  test('a process that ends in good order leaves no permit and no lock behind either', async () => {
    const [lock, semaphore] = [new Lock({ recover: true }), new Semaphore(1)];
    const holder = new Process({
      target: () => {
        lock.acquireSync();
        semaphore.acquireSync();
      },
    });
    await holder.start();
    await holder.join();
    assert.equal(semaphore.getValue(), 1);
    assert.equal(await lock.acquire({ block: false }), true);
    assert.equal(lock.recovered, true);
    lock.release();
  });

  test(
    'one is killed every few milliseconds while four use everything',
    promptly(async (soon) => {
      const [lock, semaphore, condition] = [new Lock({ recover: true }), new Semaphore(2), new Condition()];
      const work = async (blocking: boolean) => {
        for (;;) {
          try {
            using _held = blocking ? lock.holdSync() : await lock.hold();
          } catch {
            // Somebody died.
          }
          semaphore.acquireSync();
          semaphore.release();
          try {
            await condition.acquire();
            if (blocking) condition.waitSync({ timeout: 1 });
            else await condition.wait({ timeout: 1 });
            condition.notify();
            condition.release();
          } catch {
            // Somebody died.
          }
        }
      };
      const start = async (place: number) => {
        const process = new Process({ target: work, args: [place % 2 === 0] });
        await process.start();
        return process;
      };
      const processes = await Promise.all([0, 1, 2, 3].map(start));
      const kills = Number(process.env['MANYFOLD_KILLS'] ?? 8);
      for (let kill = 0; kill < kills; kill++) {
        await sleep(Math.random() * 20);
        const place = kill % 4;
        processes[place]!.kill();
        await processes[place]!.join();
        processes[place] = await start(place);
        await soon(async () => {
          assert.equal(await lock.acquire(), true);
          lock.release();
          assert.equal(await semaphore.acquire(), true);
          semaphore.release();
          await condition.acquire().catch(() => condition.acquire());
          condition.notifyAll();
          condition.release();
        });
      }
      for (const each of processes) each.kill();
      for (const each of processes) await each.join();
      assert.equal(semaphore.getValue(), 2);
      assert.equal(await lock.acquire(), true);
      lock.release();
    }),
  );
});
