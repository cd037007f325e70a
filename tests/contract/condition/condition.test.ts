/** Conditions: waiting under a lock for what others change. */

import assert from 'node:assert/strict';
import { AssertionError, asOwner } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';
import { timeOf } from '../../support/time.js';
import { until } from '../../support/wait.js';

const notOwned = { name: 'AssertionError', code: 'ERR_LOCK_NOT_OWNED' };

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Condition, Lock, Process, Queue, RLock, Value } = context;
  type ConditionType = InstanceType<typeof Condition>;

  /** How many wait for a condition, as its text says. */
  const waiting = (condition: ConditionType) => Number(/, (\d+)\)>$/.exec(String(condition))![1]);

  /** Waits once, and says what came of it. */
  const waitOnce = async (condition: ConditionType, blocking: boolean, woken: { put(item: boolean): unknown }) => {
    using _held = await condition.hold();
    await woken.put(blocking && mayBlock ? condition.waitSync() : await condition.wait());
  };

  const startWaiters = async (condition: ConditionType, count: number, woken: InstanceType<typeof Queue<boolean>>) => {
    const ways = Array.from({ length: count }, (_, number) => number % 2 === 0);
    const children = ways.map((blocking) => new Process({ target: waitOnce, args: [condition, blocking, woken] }));
    for (const child of children) await child.start();
    return children;
  };

  const wake = async (condition: ConditionType, count: number) => {
    using _held = await condition.hold();
    condition.notify(count);
  };

  test('condition-001 each notify wakes one of those who wait, processes and coroutines', async () => {
    const [condition, woken] = [new Condition(new Lock()), new Queue<boolean>()];
    const children = await startWaiters(condition, 2, woken);
    const here = waitOnce(condition, false, woken);
    assert.ok(await until(() => waiting(condition) === 3));
    for (let left = 2; left >= 0; left--) {
      await wake(condition, 1);
      assert.equal(await woken.get(), true);
      assert.equal(waiting(condition), left);
      assert.equal(await woken.get({ timeout: 20 }).catch(() => 'nobody else'), 'nobody else');
    }
    await here;
    for (const child of children) await child.join();
  });

  test('condition-003 notifyAll wakes all, and none is awake before', async () => {
    const [condition, woken] = [new Condition(), new Queue<boolean>()];
    const children = await startWaiters(condition, 4, woken);
    const here = [asOwner(waitOnce, condition, false, woken), asOwner(waitOnce, condition, false, woken)];
    assert.ok(await until(() => waiting(condition) === 6));
    assert.ok(woken.empty());
    {
      using _held = await condition.hold();
      condition.notifyAll();
      assert.equal(waiting(condition), 0);
      // They go on when the lock is released.
      assert.equal(await woken.get({ timeout: 50 }).catch(() => 'nobody'), 'nobody');
    }
    for (let count = 0; count < 6; count++) assert.equal(await woken.get(), true);
    await Promise.all(here);
    for (const child of children) await child.join();
  });

  test('notify wakes as many as it is told, those who came first', async () => {
    const condition = new Condition(new Lock());
    const order = new Queue<number>();
    const children: InstanceType<typeof Process>[] = [];
    for (let number = 0; number < 5; number++) {
      const target = async () => {
        using _held = await condition.hold();
        if (number % 2 === 0 && mayBlock) condition.waitSync();
        else await condition.wait();
        order.putSync(number);
      };
      children.push(new Process({ target }));
      await children[number]!.start();
      assert.ok(await until(() => waiting(condition) === number + 1));
    }
    const next = async (count: number) => {
      const numbers = [];
      while (numbers.length < count) numbers.push(await order.get());
      return numbers.toSorted((a, b) => a - b);
    };
    await wake(condition, 3);
    assert.deepEqual(await next(3), [0, 1, 2]);
    assert.equal(waiting(condition), 2);
    await wake(condition, 0);
    assert.equal(waiting(condition), 2);
    await wake(condition, 5);
    assert.deepEqual(await next(2), [3, 4]);
    for (const child of children) await child.join();
  });

  test('condition-005 condition-008 the result of a wait, and an interrupt', async () => {
    const condition = new Condition();
    using _held = await condition.hold();
    for (const [timeout, atLeast] of [
      [0, 0],
      [100, 99],
    ] as const) {
      assert.ok((await timeOf(async () => assert.equal(await condition.wait({ timeout }), false))) >= atLeast);
      assert.ok((await timeOf(() => assert.equal(condition.waitSync({ timeout }), false))) >= atLeast);
    }
    const notifier = new Process({ target: wake, args: [condition, 1] });
    await notifier.start();
    assert.equal(await condition.wait({ timeout: 60_000 }), true);
    await notifier.join();
    const waiter = new Process({
      target: async () => {
        await condition.acquire();
        try {
          await condition.wait({ timeout: 60_000 });
        } finally {
          condition.release();
        }
      },
    });
    condition.release();
    await waiter.start();
    assert.ok(await until(() => waiting(condition) === 1));
    waiter.interrupt();
    await waiter.join();
    assert.equal(waiter.exitCode, 1);
    await condition.acquire();
    condition.notify(); // the one who was interrupted is not counted
    assert.equal(waiting(condition), 0);
  });

  test('condition-006 waitFor goes on when the predicate holds', async () => {
    const condition = new Condition();
    const state = new Value('i', 0);
    const count = new Process({
      target: async () => {
        for (let number = 1; number <= 4; number++) {
          using _held = await condition.hold();
          state.value = number;
          condition.notify();
        }
      },
    });
    using _held = await condition.hold();
    await count.start();
    assert.equal(await condition.waitFor(() => state.value === 4), true);
    assert.equal(
      condition.waitForSync(() => state.value),
      4,
    );
    assert.equal(await condition.waitFor(async () => 'at once'), 'at once');
    await count.join();
  });

  test('condition-007 waitFor ends with what the predicate gave last when its time is over', async () => {
    const condition = new Condition();
    const stop = new Value('i', 0);
    const disturb = new Process({
      target: async () => {
        while (stop.value === 0) {
          await new Promise(setImmediate);
          using _held = await condition.hold();
          condition.notify();
        }
      },
    });
    await disturb.start();
    {
      using _held = await condition.hold();
      const took = await timeOf(async () => assert.equal(await condition.waitFor(() => 0, { timeout: 100 }), 0));
      assert.ok(took >= 99, `${took} ms`);
      assert.ok(
        (await timeOf(() =>
          assert.equal(
            condition.waitForSync(() => '', { timeout: 100 }),
            '',
          ),
        )) >= 99,
      );
      await assert.rejects(
        condition.waitFor(() => {
          throw new Error('predicate');
        }),
        { message: 'predicate' },
      );
    }
    stop.value = 1;
    await disturb.join();
  });

  test(
    'condition-009 nobody waits or notifies without the lock',
    { not: { coroutine: 'a Lock belongs to a thread, whichever of its coroutines holds it' } },
    async () => {
      for (const condition of [new Condition(), new Condition(new Lock())]) {
        await assert.rejects(condition.wait(), notOwned);
        assert.throws(() => condition.waitSync(), notOwned);
        assert.throws(() => condition.notify(), AssertionError);
        assert.throws(() => condition.notifyAll(), notOwned);
        await condition.acquire();
        const child = new Process({ target: () => assert.throws(() => condition.notify(), notOwned) });
        await child.start();
        await child.join();
        assert.equal(child.exitCode, 0);
        for (const count of [-1, 0.5, '1', NaN]) {
          assert.throws(() => condition.notify(count as number), { name: 'ValueError', code: 'ERR_NOTIFY_COUNT' });
        }
        await assert.rejects(condition.wait({ timeout: '1' as never }), { code: 'ERR_TIMEOUT_VALUE' });
        assert.equal(condition.locked(), true);
        condition.release();
      }
      assert.throws(() => new Condition({} as never), { name: 'TypeError', code: 'ERR_CONDITION_LOCK' });
    },
  );

  test('condition-010 wait releases all levels of a recursive lock, and gives them back', async () => {
    const lock = new RLock();
    const condition = new Condition(lock);
    for (const blocking of mayBlock ? [true, false] : [false]) {
      for (let level = 0; level < 3; level++) await condition.acquire();
      const child = new Process({ target: wake, args: [condition, 1] });
      await child.start();
      assert.equal(blocking ? condition.waitSync() : await condition.wait(), true);
      assert.equal(String(lock), '<RLock(MainProcess, 3)>');
      await child.join();
      for (let level = 0; level < 3; level++) condition.release();
      assert.throws(() => condition.release(), notOwned);
    }
  });

  test('a given lock is the condition’s own', async () => {
    const lock = new Lock();
    const condition = new Condition(lock);
    await condition.acquire();
    assert.ok(lock.locked());
    assert.equal(await lock.acquire({ block: false }), false);
    lock.release();
    assert.equal(condition.acquireSync({ block: false }), true);
    assert.equal(String(condition), '<Condition(<Lock(owner=MainProcess)>, 0)>');
    condition.release();
  });

  test('an AbortSignal ends a wait, with the lock held; a notice that came too late is for the next', async () => {
    const condition = new Condition(new Lock());
    const abort = new AbortController();
    const woken: string[] = [];
    const first = (async () => {
      using _held = await condition.hold();
      await assert.rejects(condition.wait({ signal: abort.signal }), { message: 'enough' });
      assert.ok(condition.locked());
      woken.push('first');
    })();
    const second = (async () => {
      using _held = await condition.hold();
      assert.equal(await condition.wait(), true);
      woken.push('second');
    })();
    assert.ok(await until(() => waiting(condition) === 2));
    await wake(condition, 1); // for the first, which is aborted before it sees it
    abort.abort(new Error('enough'));
    await Promise.all([first, second]);
    assert.deepEqual(woken, ['first', 'second']);
  });

  test('a thousand coroutines of a process wait for one condition', async () => {
    const condition = new Condition(new Lock());
    let woken = 0;
    const waiters = Array.from({ length: 1000 }, async () => {
      using _held = await condition.hold();
      await condition.wait();
      woken++;
    });
    assert.ok(await until(() => waiting(condition) === 1000));
    const child = new Process({
      target: async () => {
        await wake(condition, 400);
        using _held = await condition.hold();
        condition.notifyAll();
      },
    });
    await child.start();
    await Promise.all(waiters);
    await child.join();
    assert.equal(woken, 1000);
  });
});
