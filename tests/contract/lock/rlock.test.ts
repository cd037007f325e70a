/** Locks that their owner may acquire again, and who that is. */

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { asOwner, AssertionError, currentProcess } from 'manyfold';
import { because, canBlock, eachMethod } from '../../support/methods.js';
import { promptly } from '../../support/time.js';
import { until } from '../../support/wait.js';

const notOwned = { name: 'AssertionError', code: 'ERR_LOCK_NOT_OWNED' };

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Lock, Process, Queue, RLock, Value } = context;

  test('an RLock is acquired as often as one likes, and free after as many releases', async () => {
    const lock = new RLock();
    assert.equal(lock.locked(), false);
    assert.equal(await lock.acquire(), true);
    assert.equal(lock.acquireSync(), true);
    assert.equal(lock.acquireSync({ block: false }), true);
    assert.equal(await lock.acquire({ timeout: 0 }), true);
    for (let left = 4; left > 0; left--) {
      assert.equal(lock.locked(), true);
      assert.equal(lock.release(), undefined);
    }
    assert.equal(lock.locked(), false);
    assert.throws(() => lock.release(), notOwned);
    assert.throws(() => lock.release(), AssertionError);
  });

  test('lock-004 lock-009 a child’s RLock is held for everybody, and nobody else may release it', async () => {
    const lock = new RLock();
    const [seen, leave] = [new Queue<boolean>(), new Queue<void>()];
    const child = new Process({
      target: async () => {
        await lock.acquire();
        lock.acquireSync();
        lock.release();
        await seen.put(lock.locked());
        await leave.get();
        lock.release();
      },
    });
    await child.start();
    assert.equal(await seen.get(), true);
    assert.equal(lock.locked(), true);
    assert.throws(() => lock.release(), notOwned);
    assert.equal(lock.acquireSync({ timeout: 20 }), false);
    const waiting = lock.acquire();
    await leave.put();
    assert.equal(await waiting, true);
    lock.release();
    await child.join();
    assert.equal(lock.locked(), false);
  });

  test(
    'lock-007 the text of locks says who holds them',
    { not: { coroutine: 'a Lock belongs to a thread, whichever of its coroutines holds it' } },
    async () => {
      const [lock, rlock] = [new Lock(), new RLock()];
      assert.deepEqual([String(lock), String(rlock)], ['<Lock(owner=None)>', '<RLock(None, 0)>']);
      const texts = new Queue<string[]>();
      const leave = new Queue<void>();
      const child = new Process({
        name: 'P1',
        target: async () => {
          await texts.put([String(lock), String(rlock)]);
          using _held = await lock.hold();
          rlock.acquireSync();
          rlock.acquireSync();
          await texts.put([String(lock), String(rlock)]);
          await leave.get();
          rlock.release();
          rlock.release();
        },
      });
      await lock.acquire();
      await rlock.acquire();
      assert.equal(currentProcess().name, 'MainProcess');
      assert.deepEqual([String(lock), String(rlock)], ['<Lock(owner=MainProcess)>', '<RLock(MainProcess, 1)>']);
      assert.equal(inspect({ lock }), '{ lock: <Lock(owner=MainProcess)> }');
      asOwner(() => assert.equal(String(rlock), '<RLock(SomeOtherCoroutine, nonzero)>'));
      await child.start();
      assert.deepEqual(await texts.get(), ['<Lock(owner=SomeOtherProcess)>', '<RLock(SomeOtherProcess, nonzero)>']);
      lock.release();
      rlock.release();
      assert.deepEqual(await texts.get(), ['<Lock(owner=P1)>', '<RLock(P1, 2)>']);
      assert.deepEqual(
        [String(lock), String(rlock)],
        ['<Lock(owner=SomeOtherProcess)>', '<RLock(SomeOtherProcess, nonzero)>'],
      );
      await leave.put();
      await child.join();
    },
  );

  test('processes, blocking and awaiting, are never inside an RLock together', async () => {
    const lock = new RLock();
    const total = new Value('i', 0);
    const work = async (blocking: boolean) => {
      for (let round = 0; round < 1000; round++) {
        if (blocking && mayBlock) lock.acquireSync();
        else await lock.acquire();
        const again = lock.holdSync();
        total.value++;
        again[Symbol.dispose]();
        lock.release();
      }
    };
    const children = [true, false].map((blocking) => new Process({ target: work, args: [blocking] }));
    for (const child of children) await child.start();
    await work(false);
    for (const child of children) await child.join();
    assert.equal(total.value, 3000);
    assert.equal(lock.locked(), false);
  });

  test('coroutines started by asOwner exclude each other and everybody else', async () => {
    const lock = new RLock();
    const total = new Value('i', 0);
    const work = async () => {
      for (let round = 0; round < 20; round++) {
        using _held = await lock.hold();
        await lock.acquire();
        const seen = total.value;
        await sleep(Math.random());
        total.value = seen + 1;
        lock.release();
      }
    };
    const child = new Process({ target: () => Promise.all([asOwner(work), asOwner(work)]) });
    await child.start();
    await Promise.all([asOwner(work), asOwner(work), work()]);
    await child.join();
    assert.equal(total.value, 100);
    const release = await asOwner(async (given: number) => {
      assert.equal(given, 7);
      await lock.acquire();
      await sleep(1);
      return () => lock.release();
    }, 7);
    assert.throws(release, notOwned); // called by who is not that owner
    assert.equal(lock.acquireSync({ block: false }), false);
  });

  test(
    'a coroutine that awaits and a thread that blocks in one process stand in one line',
    { not: { coroutine: because.oneThread } },
    promptly(async (soon) => {
      const lock = new Lock();
      const order = new Queue<string>();
      const waits = new Value('i', 0);
      const child = new Process({
        target: async () => {
          const awaited = (async () => {
            await lock.acquire();
            await order.put('awaiting');
            lock.release();
          })();
          waits.value = 1;
          lock.acquireSync(); // called though the one who came first cannot come
          await order.put('blocking');
          lock.release();
          await awaited;
        },
      });
      await lock.acquire();
      await child.start();
      assert.ok(await until(() => waits.value === 1));
      await sleep(20);
      lock.release();
      const first = await soon(() => order.get());
      assert.deepEqual([first, await order.get()], ['blocking', 'awaiting']);
      await child.join();
    }),
  );

  test('what is no option of a lock is refused', async () => {
    for (const options of [null, 1, { recover: 1 }]) {
      assert.throws(() => new Lock(options as never), { name: 'TypeError', code: 'ERR_LOCK_OPTIONS' });
      assert.throws(() => new RLock(options as never), { name: 'TypeError', code: 'ERR_LOCK_OPTIONS' });
    }
    const lock = new RLock();
    await assert.rejects(lock.acquire(5 as never), { name: 'TypeError', code: 'ERR_WAIT_OPTIONS' });
    assert.throws(() => lock.acquireSync(true as never), { name: 'TypeError', code: 'ERR_WAIT_OPTIONS' });
    assert.throws(() => lock.acquireSync({ timeout: NaN }), { name: 'TypeError', code: 'ERR_TIMEOUT_VALUE' });
    assert.equal(lock.locked(), false);
  });
});
