/** The waiting core under everything: nobody is forgotten, and who came first is called first. */

import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { entriesInUse } from '#dist/memory/entries.js';
import { handle } from '#dist/memory/handle.js';
import { ENTRY_COUNT } from '#dist/memory/layout.js';
import { cellAt } from '#dist/memory/program.js';
import { PID, readSlot } from '#dist/memory/slots.js';
import { call, isHungry } from '#dist/memory/waiters.js';
import { lookAgain, waitAsync } from '#dist/sync/await.js';
import { Event, Lock, Process, Queue, Value, waitSync } from 'manyfold';
import { guard } from '../../support/guard.js';
import { standingIn } from '../../support/held.js';
import { Random } from '../../support/random.js';
import { stopProcess } from '../../support/stop.js';
import { until } from '../../support/wait.js';

guard();

/** Address of the line of those who wait for a lock. */
function lineOf(lock: Lock): number {
  return (lock[handle]()[1] as number) + 1;
}

/** A process that waits for the lock, and says when it has got it. Before, it may begin waits for other things. */
async function startWaiter(
  lock: Lock,
  name: number,
  blocking: boolean,
  got: Queue<number>,
  others = 0,
): Promise<Process> {
  const before = standingIn(lineOf(lock)).length;
  const wait = async () => {
    for (let other = 0; other < others; other++) void new Event().wait();
    if (blocking) lock.acquireSync();
    else await lock.acquire();
    await got.put(name);
    lock.release();
  };
  const waiter = new Process({ target: wait });
  await waiter.start();
  assert.ok(await until(() => standingIn(lineOf(lock)).length === before + 1));
  return waiter;
}

test('processes are called in the order in which they came, blocking or awaiting', async () => {
  const lock = new Lock();
  const got = new Queue<number>();
  const line = cellAt(lineOf(lock));
  lock.acquireSync();
  const waiters: Process[] = [];
  for (let name = 0; name < 5; name++) waiters.push(await startWaiter(lock, name, name % 2 === 0, got));
  for (const { pid } of waiters) stopProcess(pid!); // so that none of them takes the call
  assert.equal(standingIn(lineOf(lock)).length, 5);
  const pids = () => standingIn(lineOf(lock)).map((id) => readSlot(id, PID));
  const order = waiters.map(({ pid }) => pid);
  for (let called = 1; called <= 5; called++) {
    call(line);
    assert.deepEqual(new Set(pids()), new Set(order.slice(called)));
  }
  for (const waiter of waiters) waiter.kill();
  for (const waiter of waiters) await waiter.join();
  lock.release();
});

test('coroutines that look again stand where they stood meanwhile, so that nobody who came later is called before', async () => {
  const lock = new Lock();
  const line = cellAt(lineOf(lock));
  const standing: number[] = [];
  let isThere = false;
  const attempt = (patient: boolean) => {
    if (patient) standing.push(standingIn(line.address).length);
    return isThere || undefined;
  };
  const wait = waitAsync({ line, cares: true, attempt });
  lookAgain(line, true);
  lookAgain(line, true);
  assert.deepEqual(standing, [1, 1]);
  isThere = true;
  lookAgain(line);
  assert.equal(await wait, true);
  assert.deepEqual(standingIn(line.address), []);
});

test('a thousand coroutines of a process stand in a line as one', async () => {
  const lock = new Lock();
  await lock.acquire();
  const before = entriesInUse();
  const waits = Array.from({ length: 1000 }, () => lock.acquire());
  assert.equal(entriesInUse(), before + 1);
  const timed = Array.from({ length: 10 }, () => lock.acquire({ timeout: 20 }));
  assert.deepEqual(new Set(await Promise.all(timed)), new Set([false]));
  lock.release();
  for (const wait of waits) {
    assert.equal(await wait, true);
    lock.release();
  }
  assert.equal(entriesInUse(), before);
});

test('a process waits for 65,536 things at a time; one more is an error, after which nothing is left of it', async () => {
  const tooMany = { name: 'RuntimeError', code: 'ERR_TOO_MANY_WAITS' };
  const target = async () => {
    const events = Array.from({ length: ENTRY_COUNT - entriesInUse() }, () => new Event());
    const ends = Array.from({ length: 64 }, () => new AbortController());
    setMaxListeners(0, ...ends.map(({ signal }) => signal));
    const waits = events.map((event, number) => event.wait({ signal: ends[number % 64]!.signal }));
    assert.equal(entriesInUse(), ENTRY_COUNT);
    const another = new Event();
    await assert.rejects(another.wait(), tooMany);
    assert.throws(() => another.waitSync({ timeout: 1000 }), tooMany);
    events.at(-1)!.set(); // far behind, and found nevertheless
    assert.equal(await waits.at(-1), true);
    assert.throws(() => waitSync([new Queue(), new Queue()], 1000), tooMany); // there is room for one of them
    assert.equal(entriesInUse(), ENTRY_COUNT - 1);
    const wait = another.wait();
    another.set();
    assert.equal(await wait, true);
    for (const end of ends) end.abort();
    await Promise.allSettled(waits);
    assert.equal(entriesInUse(), 0);
  };
  const child = new Process({ target });
  await child.start();
  await child.join();
  assert.equal(child.exitCode, 0);
});

test('one whose time ends while its process is held up does not miss what is there', async () => {
  const [queue, go] = [new Queue<number>(), new Queue<number>()];
  const child = new Process({ target: () => queue.putSync(go.getSync()) });
  await child.start();
  for (let isShown = false; !isShown;) {
    const start = performance.now();
    const waits = [queue.get({ timeout: 250 }), queue.get({ timeout: 250 })].map((wait) => wait.catch(String));
    await sleep(170); // those who wait look for themselves after 150 and 350 ms
    await new Promise(setImmediate); // behind which the event loop looks at its timers first
    isShown = performance.now() - start < 240;
    if (isShown) {
      go.putSync(5);
      while (queue.empty() || performance.now() - start < 260);
    }
    const [first, second] = await Promise.all(waits);
    assert.equal(first, isShown ? 5 : second);
    assert.match(String(second), /^Empty/);
  }
  await child.join();
});

for (const [blocking, others] of [
  [true, 0],
  [false, 0],
  [true, 600],
  [false, 600],
] as const) {
  const how = `${blocking ? 'blocking' : 'awaiting'}${others > 0 ? `, besides ${others} other things` : ''}`;

  test(`one that is killed while it waits (${how}) keeps nobody from being called`, async () => {
    const lock = new Lock();
    const got = new Queue<number>();
    lock.acquireSync();
    const [first, second] = [
      await startWaiter(lock, 1, blocking, got, others),
      await startWaiter(lock, 2, blocking, got),
    ];
    first.kill();
    await first.join();
    lock.release();
    assert.equal(await got.get({ timeout: 10_000 }), 2);
    await second.join();
  });

  test(`the call of one that is killed right after it was called (${how}) is passed on`, async () => {
    const lock = new Lock();
    const got = new Queue<number>();
    lock.acquireSync();
    const [first, second] = [
      await startWaiter(lock, 1, blocking, got, others),
      await startWaiter(lock, 2, blocking, got),
    ];
    stopProcess(first.pid!);
    lock.release();
    assert.equal(standingIn(lineOf(lock)).length, 1); // the stopped one has been called, and cannot come
    first.kill();
    assert.equal(await got.get({ timeout: 10_000 }), 2);
    await first.join();
    await second.join();
  });
}

for (const blocking of [true, false]) {
  const how = blocking ? 'blocking' : 'awaiting';

  test(`one that has waited for long and is called in vain (${how}) is not passed by any more`, async () => {
    const lock = new Lock();
    const got = new Queue<number>();
    const line = cellAt(lineOf(lock));
    lock.acquireSync();
    const waiter = await startWaiter(lock, 1, blocking, got);
    // Called while the lock is still held, it finds that others are quicker.
    const becomesHungry = () => {
      if (isHungry(line)) return true;
      call(line);
      return false;
    };
    assert.ok(await until(becomesHungry));
    stopProcess(waiter.pid!);
    lock.release();
    for (let tries = 0; tries < 1000; tries++) assert.equal(lock.acquireSync({ block: false }), false);
    assert.equal(lock.locked(), false); // it is free, but not for us
    process.kill(waiter.pid!, 'SIGCONT');
    assert.equal(await got.get(), 1);
    assert.equal(await lock.acquire(), true);
    assert.equal(isHungry(line), false);
    lock.release();
    await waiter.join();
  });
}

test('one whose wait ends by its timeout just when it is called passes the call on', async () => {
  const lock = new Lock();
  const random = Random.printed();
  const taken = new Value('i', 0);
  const hold = async (rounds: number, seed: number) => {
    const mine = new Random(seed);
    for (let round = 0; round < rounds; round++) {
      if (!(await lock.acquire({ timeout: mine.below(3) }))) continue;
      taken.value++;
      const end = performance.now() + mine.below(20) / 10;
      while (performance.now() < end);
      lock.release();
    }
  };
  const others = [0, 1].map(() => new Process({ target: hold, args: [300, random.below(2 ** 30)] }));
  for (const other of others) await other.start();
  // Without a timeout: each of these depends on calls that others have received and not used.
  for (let round = 0; round < 200; round++) {
    assert.equal(await lock.acquire(), true);
    lock.release();
  }
  for (const other of others) await other.join();
  assert.equal(lock.locked(), false);
  assert.ok(taken.value > 0);
});

test('no call is lost: processes that pass a token around, with random delays, blocking and awaiting', async () => {
  const random = Random.printed();
  const members = 4;
  const rounds = 400;
  const queues = Array.from({ length: members }, () => new Queue<number>());
  const slow = new Value('i', 0);
  const pass = async (member: number, seed: number) => {
    const mine = new Random(seed);
    const [own, next] = [queues[member]!, queues[(member + 1) % members]!];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const token = (member + round) % 2 === 0 ? own.getSync() : await own.get();
      // A lost call is made good after 50 ms, by a look.
      if (performance.now() - start > 45) slow.value++;
      const end = performance.now() + mine.below(30) / 100;
      while (performance.now() < end);
      next.putSync(token + 1);
    }
  };
  const processes = queues.map((_, member) => new Process({ target: pass, args: [member, random.below(2 ** 30)] }));
  for (const each of processes) await each.start();
  await queues[0]!.put(0);
  for (const each of processes) await each.join();
  assert.equal(await queues[0]!.get(), members * rounds);
  assert.ok(slow.value < (members * rounds) / 10, `${slow.value} of ${members * rounds} waits took longer than 45 ms`);
});
