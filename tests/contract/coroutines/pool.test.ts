/** The pool of the coroutine lane: many tasks at a time, on the very objects. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentTask, getContext } from 'manyfold';
import { currentTask as currentCoroutine, Event, sleep } from 'manyfold/coroutines';
import { guard } from '../../support/guard.js';

guard();

const { Lock, Pool } = getContext('coroutine');

test('so many tasks run at a time, and no more', async () => {
  await using pool = new Pool(3);
  let [inside, most] = [0, 0];
  const work = async (n: number) => {
    most = Math.max(most, ++inside);
    await sleep(2);
    inside--;
    return n;
  };
  assert.deepEqual(await pool.map(work, [1, 2, 3, 4, 5, 6, 7, 8], { chunksize: 1 }), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(most, 3);
  const stream = pool.imap(work, [1, 2, 3, 4, 5, 6]);
  for await (const n of stream) assert.ok(n > 0);
  assert.equal(most, 3);
});

test('tasks that wait for each other go on', async () => {
  await using pool = new Pool(2);
  const [there, back] = [new Event(), new Event()];
  const ask = async () => {
    there.set();
    await back.wait();
    return 'asked';
  };
  const answer = async () => {
    await there.wait();
    back.set();
    return 'answered';
  };
  assert.deepEqual(await Promise.all([pool.apply(ask), pool.apply(answer)]), ['asked', 'answered']);
});

test('a function gets the very objects, and what it returns or throws is the very thing', async () => {
  await using pool = new Pool(2);
  const given = { socket: new WeakMap() };
  assert.equal(await pool.apply((object: object) => object, [given]), given);
  assert.deepEqual(await pool.map((object: object) => object === given, [given, given]), [true, true]);
  const error = new RangeError('mine');
  const caught: unknown = await pool
    .apply(() => {
      throw error;
    })
    .catch((thrown: unknown) => thrown);
  assert.equal(caught, error);
});

test('a cancelled task ends in its wait, gives back what it holds, and its place goes to the next', async () => {
  await using pool = new Pool(1, { graceMs: 60_000 });
  const lock = new Lock();
  const begun = new Event();
  const hold = async () => {
    using _held = await lock.hold();
    begun.set();
    await sleep(60_000);
  };
  const controller = new AbortController();
  const held = pool.apply(hold, [], { signal: controller.signal });
  const next = pool.apply(() => lock.locked());
  await begun.wait();
  controller.abort(new Error('enough'));
  await assert.rejects(held, { message: 'enough' });
  assert.equal(await next, false);
  await assert.rejects(pool.apply(hold, [], { timeout: 10 }), { code: 'ERR_TASK_TIMEOUT' });
  assert.equal(lock.locked(), false);
});

test('a task that cannot be ended keeps its place for the time of grace, and is left to itself then', async () => {
  const pool = new Pool(1, { graceMs: 20 });
  const never = () => new Promise<never>(() => {});
  const stuck = pool.apply(never, [], { timeout: 5 });
  const next = pool.apply(() => 'next');
  await assert.rejects(stuck, { code: 'ERR_TASK_TIMEOUT' });
  assert.equal(await next, 'next');
  const last = pool.apply(never);
  await sleep(1);
  pool.terminate();
  await assert.rejects(last, { code: 'ERR_POOL_TERMINATED' });
  await pool.join();
});

test('each task knows itself, its caller’s reports and its signal', async () => {
  await using pool = new Pool(2);
  const reports: [number, boolean][] = [];
  const work = async (n: number) => {
    const own = currentTask()!;
    await sleep(1);
    assert.equal(currentTask(), own);
    own.report([n, currentCoroutine()!.name.includes('work')]);
    return own;
  };
  const onReport = (value: unknown) => void reports.push(value as [number, boolean]);
  const [first, second] = await Promise.all([1, 2].map((n) => pool.apply(work, [n], { onReport })));
  assert.notEqual(first, second);
  assert.deepEqual(
    reports.toSorted(([one], [other]) => one - other),
    [
      [1, true],
      [2, true],
    ],
  );
  assert.throws(() => first!.report(1), { code: 'ERR_TASK_OVER' });
  assert.equal(currentTask(), null);
  const controller = new AbortController();
  const watching = pool.apply(
    () => new Promise((resolve) => currentTask()!.signal.addEventListener('abort', () => resolve('seen'))),
    [],
    { signal: controller.signal },
  );
  await sleep(1);
  controller.abort();
  await assert.rejects(watching, { name: 'AbortError' });
});

test('the event loop has its turns while tasks come without a pause', async () => {
  await using pool = new Pool(1);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const items = Array.from({ length: 100_000 }, (_, item) => item);
  await pool.map((n: number) => n, items, { chunksize: 1 });
  clearInterval(timer);
  assert.ok(turns > 2, `${turns} turns`);
});

test('what is about a process of its own is refused', () => {
  for (const options of [{ maxRss: 1 }, { memoryLimit: 1 }, { inspect: true }, { stdio: 'pipe' as const }]) {
    assert.throws(() => new Pool(1, options), { name: 'ValueError', code: 'ERR_POOL_OPTION' });
  }
});
