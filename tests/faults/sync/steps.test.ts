/** A process dies before each of its accesses to a primitive's memory in turn, plain ones as well: the others go on within a second. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { allSteps, dieBeforeAccess, watchPlainStores } from '../../support/kill-points.js';
import { eachMethod } from '../../support/methods.js';
import { Random } from '../../support/random.js';
import { promptly } from '../../support/time.js';
import { until } from '../../support/wait.js';

watchPlainStores();

/** What came of something that is waited for: what it gave, or the name of its error. */
const outcome = (wait: Promise<unknown>): Promise<unknown> => wait.catch((error: Error) => error.name);

type Start = (work: () => unknown) => Promise<{ ended: Promise<boolean> }>;
type Soon = (wait: Promise<unknown>) => Promise<unknown>;

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const { Barrier, BoundedSemaphore, Condition, Event, Lock, Process, RLock, Semaphore, Value } = context;
  const random = Random.printed();

  /**
   * Runs `scenario` with a victim for each of its steps: it gets a function that starts a process which does `work` and
   * dies over it, or does not when it has fewer steps than that, which ends the test; and one that gives what came of a
   * wait that has to end soon.
   */
  const eachStep = async (scenario: (start: Start, soon: Soon) => Promise<void>) => {
    const victims = { die: true };
    // A fresh Node takes its time: one of its first steps is tried.
    const first = method === 'spawn' ? 1 + random.below(40) : 1;
    const last = method === 'spawn' ? first : Infinity;
    // Of the steps beyond the first forty, some are tried.
    for (let at = first; victims.die && at <= last; at += at < 40 || allSteps ? 1 : 1 + random.below(8)) {
      const start: Start = async (work) => {
        const victim = new Process({
          target: async () => {
            dieBeforeAccess(at);
            await work();
            process.exit();
          },
        });
        await victim.start();
        const ended = victim.join().then(() => {
          assert.ok(victim.exitCode === 0 || victim.exitCode === -9, `exit code ${victim.exitCode}`);
          return (victims.die = victim.exitCode === -9);
        });
        return { ended };
      };
      await promptly((measured) => scenario(start, (wait) => measured(() => outcome(wait))))();
    }
  };

  for (const blocking of [true, false]) {
    const how = blocking ? 'blocking' : 'awaiting';

    test(`a Lock and an RLock, acquired and released, ${how}`, async () => {
      await eachStep(async (start, soon) => {
        const [lock, rlock] = [new Lock(), new RLock()];
        const { ended } = await start(async () => {
          for (const each of [lock, rlock]) {
            if (blocking) each.acquireSync();
            else await each.acquire();
          }
          rlock.acquireSync();
          rlock.release();
          rlock.release();
          lock.release();
        });
        const died = await ended;
        for (const each of [lock, rlock]) {
          const first = await soon(each.acquire());
          assert.ok(first === true || (died && first === 'OwnerDiedError'), String(first));
          if (first !== true) assert.equal(each.acquireSync({ block: false }), true);
          each.release();
        }
      });
    });

    test(`a Lock that is waited for, ${how}`, async () => {
      await eachStep(async (start, soon) => {
        const lock = new Lock();
        const waits = new Value('i', 0);
        lock.acquireSync();
        const { ended } = await start(async () => {
          waits.value = 1;
          if (blocking) lock.acquireSync();
          else await lock.acquire();
          lock.release();
        });
        let over = false;
        void ended.then(() => (over = true));
        assert.ok(await until(() => over || waits.value === 1));
        await sleep(random.below(3));
        const second = lock.acquire(); // behind the victim, or before
        lock.release();
        const got = await soon(second);
        assert.ok(got === true || got === 'OwnerDiedError', String(got));
        if (got === true) lock.release();
        await ended;
        await soon(lock.acquire());
        if (lock.locked()) lock.release();
        assert.equal(await soon(lock.acquire()), true);
      });
    });

    test(`permits of a semaphore, ${how}`, async () => {
      await eachStep(async (start, soon) => {
        const semaphore = new BoundedSemaphore(2);
        const { ended } = await start(async () => {
          for (const _ of [1, 2]) {
            if (blocking) semaphore.acquireSync();
            else await semaphore.acquire();
          }
          semaphore.release();
        });
        await ended;
        // There are two again, and never more.
        assert.deepEqual([await soon(semaphore.acquire()), await soon(semaphore.acquire())], [true, true]);
        assert.deepEqual([semaphore.getValue(), semaphore.acquireSync({ block: false })], [0, false]);
        semaphore.release(2);
        assert.throws(() => semaphore.release(), { code: 'ERR_SEMAPHORE_BOUND' });
      });
    });

    test(`one who waits for a condition, ${how}`, async () => {
      await eachStep(async (start, soon) => {
        const condition = new Condition(new Lock());
        const woken = new Value('i', 0);
        const { ended } = await start(async () => {
          condition.acquireSync();
          if (blocking) condition.waitSync();
          else await condition.wait();
          woken.value = 1;
          condition.release();
        });
        let over = false;
        void ended.then(() => (over = true));
        assert.ok(await until(() => over || String(condition).endsWith(', 1)>')));
        let nextWaits = false;
        const wait = async () => {
          await condition.acquire().catch(() => condition.acquire());
          nextWaits = true;
          const got = await condition.wait();
          condition.release();
          return got;
        };
        const next = outcome(wait()); // it may be told of the death before anybody asks
        assert.ok(await until(() => nextWaits));
        await condition.acquire().catch(() => condition.acquire());
        condition.notify();
        condition.release();
        await ended;
        if (woken.value === 1) {
          // It has had its notice; the next one may have to be told of its death, or waits for the next notice.
          await condition.acquire().catch(() => condition.acquire());
          condition.notify();
          condition.release();
        }
        const got = await soon(next);
        assert.ok(got === true || got === 'OwnerDiedError', String(got));
      });
    });

    test(`a party of a barrier, ${how}`, async () => {
      await eachStep(async (start, soon) => {
        const barrier = new Barrier(3);
        const { ended } = await start(async () => {
          if (blocking) barrier.waitSync();
          else await barrier.wait();
        });
        const others = [barrier.wait(), barrier.wait()].map((wait) =>
          wait.then(
            () => 'passed',
            (e: Error) => e.name,
          ),
        );
        if (await ended) {
          // Another one in its place, as one cannot know of somebody who has not arrived.
          void barrier.wait().catch(() => {});
        }
        for (const other of others) assert.match(String(await soon(other)), /^(?:passed|BrokenBarrierError)$/);
        barrier.reset();
        assert.deepEqual(await soon(Promise.all([1, 2, 3].map(() => barrier.wait()))), [0, 1, 2]);
      });
    });
  }

  test('what a dead process held comes back once, though those die who see to it', async () => {
    await eachStep(async (start, soon) => {
      for (const [value, expected] of [
        [2, 2],
        [0, 0],
      ] as const) {
        const semaphore = new Semaphore(value);
        if (value === 0) semaphore.release(2);
        const holder = new Process({
          target: () => {
            semaphore.acquireSync();
            semaphore.acquireSync();
            process.kill(process.pid, 'SIGKILL');
          },
        });
        await holder.start();
        await holder.join();
        const { ended } = await start(() => void semaphore.acquireSync({ block: false }));
        await ended;
        // For a semaphore of 0 these were signals, which are used up.
        assert.equal(semaphore.getValue(), expected);
        for (let left = expected; left > 0; left--) assert.equal(await soon(semaphore.acquire()), true);
        assert.equal(semaphore.acquireSync({ block: false }), false);
      }
    });
  });

  test('one who releases what others hold, and takes some of it', async () => {
    await eachStep(async (start) => {
      const semaphore = new BoundedSemaphore(3);
      for (const _ of [1, 2, 3]) semaphore.acquireSync();
      const { ended } = await start(() => {
        semaphore.release(2);
        for (const _ of [1, 2]) semaphore.acquireSync({ block: false });
        semaphore.release();
      });
      const died = await ended;
      // What it took is back; what it released was either both or none.
      const free = semaphore.getValue();
      assert.ok(free === 2 || (died && free === 0), `${free} are free`);
      semaphore.release(3 - free);
      assert.equal(semaphore.getValue(), 3);
      assert.throws(() => semaphore.release(), { code: 'ERR_SEMAPHORE_BOUND' });
    });
  });

  test('one who notifies', async () => {
    await eachStep(async (start, soon) => {
      const condition = new Condition(new Lock());
      const wait = async () => {
        await condition.acquire();
        const got = await condition.wait();
        condition.release();
        return got;
      };
      const waits = [1, 2, 3].map(() => wait().catch((error: Error) => error.name));
      assert.ok(await until(() => String(condition).endsWith(', 3)>')));
      const { ended } = await start(() => {
        condition.acquireSync();
        condition.notify(2);
        condition.notifyAll();
        condition.release();
      });
      await ended;
      await condition.acquire().catch(() => condition.acquire());
      condition.notifyAll();
      condition.release();
      for (const each of waits) {
        const got = await soon(each);
        assert.ok(got === true || got === 'OwnerDiedError', String(got));
      }
    });
  });

  test('one who sets an event', async () => {
    await eachStep(async (start, soon) => {
      const event = new Event();
      const waits = [event.wait(), event.wait()];
      const { ended } = await start(() => {
        event.set();
        event.clear();
        event.set();
      });
      await ended;
      if (!event.isSet()) event.set();
      for (const each of waits) assert.equal(await soon(each), true);
    });
  });

  test('the last party of a barrier, which runs the action, and those who abort and reset it', async () => {
    await eachStep(async (start, soon) => {
      const barrier = new Barrier(2, { action: () => {} });
      const other = outcome(barrier.wait());
      const { ended } = await start(() => {
        barrier.waitSync();
        barrier.abort();
        barrier.reset();
      });
      if (await ended) void barrier.wait().catch(() => {}); // in its place, should it not have arrived
      assert.match(String(await soon(other)), /^(?:0|1|BrokenBarrierError)$/);
      barrier.reset();
      assert.deepEqual(await soon(Promise.all([barrier.wait(), barrier.wait()])), [0, 1]);
    });
  });
});
