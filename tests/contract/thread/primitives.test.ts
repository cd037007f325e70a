/** Locks, conditions, events, semaphores and barriers between the threads of one process. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue, Value } from 'manyfold';
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  currentThread,
  Event,
  Lock,
  RLock,
  Semaphore,
  Thread,
  Timer,
} from 'manyfold/threading';
import { guard } from '../../support/guard.js';
import { waitingFor } from '../../support/held.js';
import { until } from '../../support/wait.js';

guard();

/** Starts as many threads of a target, and gives what joins them. */
async function start(count: number, target: (place: number) => unknown): Promise<() => Promise<void>> {
  const threads = Array.from({ length: count }, (_, place) => new Thread({ target, args: [place] }));
  for (const thread of threads) await thread.start();
  return async () => {
    for (const thread of threads) await thread.join();
  };
}

test('thread_lock-003 thread_rlock-003 thread_rlock-007 the text of a lock names the thread that holds it', async () => {
  const [lock, rlock, texts, go] = [new Lock(), new RLock(), new Queue<string>(), new Queue<true>()];
  const thread = new Thread({
    name: 'T',
    target: () => {
      texts.putSync(`${String(lock)} ${String(rlock)}`);
      lock.acquireSync();
      rlock.acquireSync();
      rlock.acquireSync();
      texts.putSync(`${String(lock)} ${String(rlock)}`);
      go.getSync();
      lock.release();
      rlock.release();
      rlock.release();
      texts.putSync(`${String(lock)} ${String(rlock)}`);
    },
  });
  await thread.start();
  assert.equal(await texts.get(), '<Lock(owner=None)> <RLock(None, 0)>');
  assert.equal(await texts.get(), '<Lock(owner=MainProcess|T)> <RLock(MainProcess|T, 2)>');
  assert.equal(String(rlock), '<RLock(SomeOtherProcess, nonzero)>'); // as any other thread or process
  go.putNowait(true);
  assert.equal(await texts.get(), '<Lock(owner=None)> <RLock(None, 0)>');
  await thread.join();
});

test('thread_lock-010 a lock whose wait has timed out can be acquired afterwards', async () => {
  const lock = new Lock();
  await lock.acquire();
  const seen = new Queue<boolean>();
  const join = await start(1, () => seen.putSync(lock.acquireSync({ timeout: 5 })));
  assert.equal(await seen.get(), false);
  await join();
  lock.release();
  assert.ok(!lock.locked());
  assert.ok(lock.acquireSync());
  lock.release();
});

test('thread_rlock-001 thread_rlock-004 thread_rlock-008 an RLock belongs to a thread', async () => {
  const lock = new RLock();
  const seen = new Queue<boolean>();
  lock.acquireSync();
  lock.acquireSync();
  lock.release();
  lock.acquireSync();
  assert.ok(lock.locked());
  const join = await start(1, () => {
    seen.putSync(lock.acquireSync({ block: false }));
    try {
      lock.release();
    } catch {
      seen.putSync(false);
    }
    lock.acquireSync();
    seen.putSync(true);
    lock.release();
  });
  assert.deepEqual([await seen.get(), await seen.get()], [false, false]);
  lock.release();
  lock.release();
  assert.equal(await seen.get(), true);
  await join();
  assert.ok(!lock.locked());
});

test('thread_event-002 thread_event-004 set wakes all who wait, also if it is cleared at once', async () => {
  const [event, woken] = [new Event(), new Queue<boolean>()];
  const join = await start(3, async (place) => {
    woken.putSync(place === 0 ? await event.wait() : event.waitSync());
    if (place > 0) woken.putSync(event.waitSync({ timeout: 60_000 }));
  });
  assert.ok(await until(() => waitingFor(event) === 3));
  event.set();
  event.clear();
  assert.deepEqual([await woken.get(), await woken.get(), await woken.get()], [true, true, true]);
  event.set();
  assert.deepEqual([await woken.get(), await woken.get()], [true, true]);
  await join();
});

test('thread_event-003 thread_event-005 a wait ends with its timeout, and the text says the state', async () => {
  const event = new Event();
  const seen = new Queue();
  const look = () => {
    seen.putSync([
      event.waitSync({ timeout: 0 }),
      event.waitSync({ timeout: 5 }),
      / (?:un)?set>$/.exec(String(event))?.[0],
    ]);
  };
  await (
    await start(1, look)
  )();
  assert.deepEqual(await seen.get(), [false, false, ' unset>']);
  event.set();
  await (
    await start(1, look)
  )();
  assert.deepEqual(await seen.get(), [true, true, ' set>']);
});

test('thread_condition-001 thread_condition-004 notify wakes as many as it is told', async () => {
  const [condition, waiting, woken] = [new Condition(), new Value('i', 0), new Value('i', 0)];
  const join = await start(3, () => {
    using _held = condition.holdSync();
    waiting.value += 1;
    condition.waitSync();
    woken.value += 1;
  });
  assert.ok(await until(() => waiting.value === 3));
  {
    using _held = condition.holdSync();
    condition.notify(2);
    assert.equal(woken.value, 0);
  }
  assert.ok(await until(() => woken.value === 2));
  {
    using _held = condition.holdSync();
    condition.notifyAll();
  }
  await join();
  assert.equal(woken.value, 3);
  const lock = new Lock();
  const sharing = new Condition(lock);
  using _held = sharing.holdSync();
  assert.ok(lock.locked());
});

test('thread_condition-005 thread_condition-007 waits end with their timeouts', async () => {
  const condition = new Condition();
  const seen = new Queue();
  const join = await start(1, () => {
    using _held = condition.holdSync();
    seen.putSync(condition.waitSync({ timeout: 5 }));
    seen.putSync(condition.waitForSync(() => 0, { timeout: 5 }));
  });
  assert.deepEqual([await seen.get(), await seen.get()], [false, 0]);
  await join();
});

test('thread-003 thread_semaphore-002 never more are inside than a semaphore lets in', async () => {
  const [semaphore, inside, most] = [new BoundedSemaphore(2), new Value('i', 0), new Value('i', 0)];
  const count = (change: number) => {
    using _held = inside.getLock().holdSync();
    inside.value += change;
    most.value = Math.max(most.value, inside.value);
  };
  const join = await start(4, async () => {
    for (let round = 0; round < 5; round++) {
      using _held = round % 2 ? semaphore.holdSync() : await semaphore.hold();
      count(1);
      await until(() => most.value >= 2);
      count(-1);
    }
  });
  await join();
  assert.equal(most.value, 2);
  assert.throws(() => semaphore.release(), { name: 'ValueError' });
});

test('thread_semaphore-001 thread_semaphore-007 thread_semaphore-010 thread_semaphore-011 the value of a semaphore', () => {
  assert.throws(() => new Semaphore(-1), { name: 'ValueError' });
  const semaphore = new Semaphore();
  assert.equal(semaphore.getValue(), 1);
  const bounded = new BoundedSemaphore(3);
  assert.throws(() => bounded.release(), { name: 'ValueError' });
  bounded.acquireSync();
  assert.match(String(new Semaphore(3)), /value=3/);
  assert.match(String(bounded), /value=2/);
});

test('thread_semaphore-004 thread_semaphore-005 tries that do not wait succeed as often as there are permits', async () => {
  const semaphore = new Semaphore(4);
  semaphore.acquireSync();
  const tries = new Queue<boolean>();
  const tried = new Event();
  const join = await start(2, () => {
    for (let n = 0; n < 5; n++) tries.putSync(semaphore.acquireSync({ block: false }));
    tried.waitSync(); // who ends gives back what it has taken
  });
  const results = await Promise.all(Array.from({ length: 10 }, () => tries.get()));
  assert.equal(results.filter(Boolean).length, 3);
  tried.set();
  await join();
  semaphore.release();
  assert.ok(semaphore.acquireSync({ block: false }));
});

test('thread_semaphore-008 thread_semaphore-012 what a block has taken is given back, also after an error', async () => {
  for (const limit of [1, 3]) {
    const semaphore = new BoundedSemaphore(limit);
    const join = await start(2, () => {
      for (let n = 0; n < 50; n++) {
        try {
          using _held = semaphore.holdSync();
          throw new Error('inside');
        } catch {
          // The next round.
        }
      }
    });
    await join();
    assert.equal(semaphore.getValue(), limit);
    assert.throws(() => semaphore.release(), { name: 'ValueError' });
  }
});

test('thread_barrier-001 thread_barrier-002 thread_barrier-003 thread_barrier-004 threads pass a barrier together', async () => {
  for (const parties of [0, -1]) assert.throws(() => new Barrier(parties), { name: 'ValueError' });
  const [arrived, acted, order] = [new Value('i', 0), new Value('i', 0), new Queue<number>()];
  const barrier = new Barrier(3, { action: () => void (acted.value += 1) });
  const pass = async (place: number) => {
    for (let round = 1; round <= 4; round++) {
      {
        using _held = arrived.getLock().holdSync();
        arrived.value += 1;
      }
      const index = place === 0 ? await barrier.wait() : barrier.waitSync();
      if (arrived.value < round * 3 || acted.value < round) order.putSync(-100);
      order.putSync(index);
      if (place === 0) await barrier.wait();
      else barrier.waitSync();
    }
  };
  const join = await start(3, pass);
  let sum = 0;
  for (let n = 0; n < 12; n++) sum += await order.get();
  assert.equal(sum, 12);
  await join();
  assert.equal(acted.value, 8);
});

test('thread_barrier-005 thread_barrier-006 thread_barrier-008 a broken barrier lets nobody wait', async () => {
  const ends = new Queue<string>();
  const wait = (barrier: Barrier, timeout?: number) => {
    try {
      barrier.waitSync(timeout === undefined ? {} : { timeout });
      ends.putSync('passed');
    } catch (error) {
      ends.putSync((error as Error).name);
    }
  };
  for (const end of ['abort', 'reset'] as const) {
    const barrier = new Barrier(3);
    const join = await start(2, () => wait(barrier));
    assert.ok(await until(() => barrier.nWaiting === 2));
    barrier[end]();
    assert.deepEqual([await ends.get(), await ends.get()], ['BrokenBarrierError', 'BrokenBarrierError']);
    await join();
    assert.equal(barrier.broken, end === 'abort');
  }
  const barrier = new Barrier(3);
  const join = await start(2, (place) => wait(barrier, place === 0 ? 20 : undefined));
  assert.deepEqual([await ends.get(), await ends.get()], ['BrokenBarrierError', 'BrokenBarrierError']);
  assert.ok(barrier.broken);
  await join();
});

test('thread_barrier-010 the text of a barrier counts those who wait', async () => {
  const barrier = new Barrier(3);
  assert.match(String(barrier), /waiters=0\/3>$/);
  const ends = new Queue<true>();
  const join = await start(1, () => {
    try {
      barrier.waitSync();
    } catch {
      ends.putSync(true);
    }
  });
  assert.ok(await until(() => String(barrier).endsWith('waiters=1/3>')));
  barrier.abort();
  assert.match(String(barrier), /broken>$/);
  await ends.get();
  await join();
});

test('thread_timer_local-001 a timer calls its function once, in a thread of its own, with arguments of its own', async () => {
  const calls = new Queue();
  const target = (...args: unknown[]) => calls.putSync([currentThread().name, args]);
  const [first, second] = [new Timer(5, target), new Timer(5, target)];
  assert.notEqual(first.args, second.args);
  await first.start();
  assert.deepEqual(await calls.get(), [first.name, []]);
  await first.join();
  assert.ok(first.finished.isSet());
  const third = new Timer(0, target, ['a', 1]);
  await third.start();
  assert.deepEqual(await calls.get(), [third.name, ['a', 1]]);
  await third.join();
});

test('thread_timer_local-002 a timer that is cancelled before does not call', async () => {
  const calls = new Queue<true>();
  const timer = new Timer(60_000, () => calls.putSync(true));
  await timer.start();
  timer.cancel();
  await timer.join();
  assert.ok(calls.empty());
  timer.cancel();
  const early = new Timer(0, () => calls.putSync(true));
  early.cancel();
  await early.start();
  await early.join();
  assert.ok(calls.empty());
  assert.throws(() => new Timer(1, 'f' as never), { name: 'TypeError', code: 'ERR_TARGET' });
});
