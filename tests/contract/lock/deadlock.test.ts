/** Deadlocks are found, with who waits for what, and ended on request. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { asOwner, findDeadlocks, setDeadlockTimeout, type Deadlock } from 'manyfold';
import { eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

eachMethod(
  ['forkserver', 'spawn', 'fork', 'thread'],
  { coroutine: 'all of them are one process here, and these tests tell processes apart' },
  (_method, context, test) => {
    const { Barrier, BoundedSemaphore, Event, Lock, Process, Queue, RLock } = context;
    type Held = InstanceType<typeof Lock> | InstanceType<typeof RLock> | InstanceType<typeof BoundedSemaphore>;

    /** Starts a process for each of the locks: it takes that one, and when all have theirs, the next one as well. */
    const startCircle = async (locks: readonly Held[], blocking: boolean) => {
      const outcomes = new Queue<string>();
      const barrier = new Barrier(locks.length);
      const waitForNext = async (number: number) => {
        const [own, next] = [locks[number]!, locks[(number + 1) % locks.length]!];
        using _held = await own.hold();
        await barrier.wait();
        if (blocking) next.acquireSync();
        else await next.acquire();
        next.release();
      };
      const target = async (number: number) => {
        const outcome = await waitForNext(number).then(
          () => 'both',
          (error: Error) => error.name,
        );
        await outcomes.put(outcome);
      };
      const processes = locks.map((_, number) => new Process({ name: `member-${number}`, target, args: [number] }));
      for (const process of processes) await process.start();
      return { processes, outcomes };
    };

    const found = async () => {
      let deadlocks: Deadlock[] = [];
      assert.ok(await until(() => (deadlocks = findDeadlocks()).length > 0));
      return deadlocks;
    };

    for (const blocking of [true, false]) {
      const how = blocking ? 'blocking' : 'awaiting';

      test(`a circle of locks is found, ${how}, with names, pids and stacks`, async () => {
        const locks = [new Lock(), new RLock(), new BoundedSemaphore(1)];
        const { processes } = await startCircle(locks, blocking);
        assert.ok(await until(() => findDeadlocks()[0]?.waits.length === 3));
        const [deadlock, ...more] = findDeadlocks();
        assert.deepEqual(more, []);
        assert.equal(deadlock!.certain, blocking);
        const waits = deadlock!.waits.toSorted((a, b) => a.process.localeCompare(b.process));
        const pids = processes.map(({ pid }) => pid);
        assert.deepEqual(
          waits.map(({ process, pid, waitsFor, heldBy }) => [process, pid, waitsFor, ...heldBy]),
          [
            ['member-0', pids[0], 'RLock', { process: 'member-1', pid: pids[1] }],
            ['member-1', pids[1], 'BoundedSemaphore', { process: 'member-2', pid: pids[2] }],
            ['member-2', pids[2], 'Lock', { process: 'member-0', pid: pids[0] }],
          ],
        );
        for (const wait of waits) {
          assert.equal(wait.blocking, blocking);
          assert.ok(wait.milliseconds >= 50);
          assert.match(wait.stack, /waitForNext/);
        }
        processes[1]!.kill(); // who held the RLock and waited for the semaphore
        await processes[1]!.join();
        await Promise.all([processes[0]!.join(), processes[2]!.join()]);
        assert.deepEqual(findDeadlocks(), []);
      });

      test(`a circle is there at every moment, ${how}, also while its members look again`, async () => {
        const { processes } = await startCircle([new Lock(), new BoundedSemaphore(1)], blocking);
        assert.ok(await until(() => findDeadlocks().length === 1));
        for (let death = 0; death < 10; death++) {
          // Its death may concern whoever waits for a lock: all of them are called.
          const passerBy = new Process({ target: () => {} });
          await passerBy.start();
          while (passerBy.exitCode === null) {
            assert.equal(findDeadlocks()[0]?.waits.length, 2);
            await new Promise(setImmediate);
          }
          await passerBy.join();
        }
        for (const process of processes) process.kill();
        for (const process of processes) await process.join();
      });

      test(`after the time that was set, one of a circle gets a DeadlockError, ${how}, and the other goes on`, async () => {
        setDeadlockTimeout(150);
        try {
          const { processes, outcomes } = await startCircle([new Lock(), new Lock()], blocking);
          assert.deepEqual([await outcomes.get(), await outcomes.get()].toSorted(), ['DeadlockError', 'both']);
          for (const process of processes) await process.join();
        } finally {
          setDeadlockTimeout(null);
        }
      });
    }

    test('a thread that waits for itself is found, and told what it waits for', async () => {
      const lock = new Lock();
      const waiter = new Process({
        name: 'self',
        target: () => {
          lock.acquireSync();
          lock.acquireSync();
        },
      });
      await waiter.start();
      const [{ waits, certain }] = (await found()) as [Deadlock];
      assert.deepEqual([certain, waits.length, waits[0]!.process], [true, 1, 'self']);
      lock.release(); // anybody may
      await waiter.join();
      assert.equal(waiter.exitCode, 0);
      lock.release();
      lock.acquireSync();
      setDeadlockTimeout(60);
      try {
        const error = { name: 'DeadlockError', code: 'ERR_DEADLOCK', message: /MainProcess \(pid \d+\) has waited/ };
        assert.throws(() => lock.acquireSync(), error);
      } finally {
        setDeadlockTimeout(null);
      }
      lock.release();
    });

    test('a wait is looked at when it has lasted for 50 ms, whatever its process has waited for before', async () => {
      const ages = new Queue<number>();
      const target = async () => {
        const [event, lock] = [new Event(), new Lock()];
        const before = event.wait(); // from now on this process looks at its waits from time to time
        await sleep(25);
        const waitForItself = asOwner(async () => {
          await lock.acquire();
          await lock.acquire();
        });
        let deadlock: Deadlock | undefined;
        while (!deadlock) {
          await sleep(1);
          [deadlock] = findDeadlocks();
        }
        await ages.put(deadlock.waits[0]!.milliseconds);
        lock.release();
        event.set();
        await Promise.all([before, waitForItself]);
      };
      setDeadlockTimeout(2 ** 30); // so that it is known who of the process acquired the lock
      try {
        const child = new Process({ target });
        await child.start();
        await child.join();
        const age = await ages.get();
        assert.ok(age >= 50, `${age}`);
      } finally {
        setDeadlockTimeout(null);
      }
    });

    test('coroutines of one process that block each other are found, by those that hold', async () => {
      const circle = async (name: string, first: Held, second: Held, barrier: { wait(): Promise<unknown> }) => {
        using _held = await first.hold();
        await barrier.wait();
        await second.acquire();
        second.release();
        return name;
      };
      const outcomes = new Queue<string>();
      const target = async () => {
        const [left, right] = [new Lock(), new RLock()];
        const barrier = new Barrier(2);
        const ends = [asOwner(circle, 'left', left, right, barrier), asOwner(circle, 'right', right, left, barrier)];
        for (const end of await Promise.allSettled(ends)) {
          await outcomes.put(end.status === 'fulfilled' ? end.value : (end.reason as Error).name);
        }
      };
      setDeadlockTimeout(2 ** 30); // so that it is known where a lock was acquired
      try {
        const child = new Process({ name: 'both', target });
        await child.start();
        const [deadlock] = (await found()) as [Deadlock];
        assert.deepEqual(deadlock.waits.map(({ process, waitsFor }) => `${process} ${waitsFor}`).toSorted(), [
          'both Lock',
          'both RLock',
        ]);
        for (const { heldBy, stack } of deadlock.waits) {
          assert.deepEqual(
            heldBy.map(({ process, pid }) => [process, pid]),
            [['both', child.pid]],
          );
          assert.match(stack, /circle/);
          assert.match(heldBy[0]!.stack!, /circle/);
        }
        setDeadlockTimeout(60);
        const [one, other] = [await outcomes.get(), await outcomes.get()];
        assert.ok([one, other].includes('DeadlockError') && [one, other].some((end) => /left|right/.test(end)));
        await child.join();
        assert.deepEqual(findDeadlocks(), []);
      } finally {
        setDeadlockTimeout(null);
      }
    });

    test('who only waits for somebody who is busy is in no deadlock', async () => {
      const [first, second] = [new Lock(), new RLock()];
      setDeadlockTimeout(60);
      try {
        const busy = async () => {
          using _held = await first.hold();
          await sleep(100);
          await second.acquire();
          await sleep(100);
          second.release();
        };
        const child = new Process({ target: busy });
        await child.start();
        const coroutines = [asOwner(busy), asOwner(busy), asOwner(busy)];
        let deadlocks = 0;
        let over = false;
        const all = Promise.all([...coroutines, child.join()]).then(() => (over = true));
        await until(() => {
          deadlocks += findDeadlocks().length;
          return over;
        });
        await all;
        assert.equal(deadlocks, 0);
      } finally {
        setDeadlockTimeout(null);
      }
    });

    test('what is no time to find deadlocks after is refused', () => {
      for (const milliseconds of [0, -1, NaN, Infinity, '1']) {
        assert.throws(() => setDeadlockTimeout(milliseconds as number), {
          name: 'TypeError',
          code: 'ERR_TIMEOUT_VALUE',
        });
      }
    });
  },
);
