/** What each kind of queue gives, and what it keeps of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from 'manyfold/queue';
import { guard } from '../../support/guard.js';

guard();

const thrown = (code: string) => ({ code });

test('queue_module-001 a queue gives in order, a stack backwards, a priority queue the smallest first', () => {
  const drained = <T>(queue: Queue<T>, items: readonly T[]) => {
    for (const item of items) queue.putNowait(item);
    return items.map(() => queue.getNowait());
  };
  const items = [111, 333, 222];
  assert.deepEqual(drained(new Queue<number>(), items), [111, 333, 222]);
  assert.deepEqual(drained(new LifoQueue<number>(), items), [222, 333, 111]);
  assert.deepEqual(drained(new PriorityQueue<number>(), items), [111, 222, 333]);
});

test('an item that is got is the object that was put', async () => {
  const queue = new Queue<object>();
  const item = { run: () => {} };
  await queue.put(item);
  assert.equal(await queue.get(), item);
});

test('queue_module-022 one feeder and one consumer keep the order, however many items are inside', async () => {
  const queue = new SimpleQueue<number>();
  const got: number[] = [];
  const items = Array.from({ length: 5000 }, (_, n) => n);
  const feeder = async () => {
    for (const n of items) {
      await queue.put(n);
      if (n % 777 === 0) await sleep(0);
    }
  };
  const consumer = async () => {
    while (got.length < items.length) got.push(await queue.get());
  };
  await Promise.all([consumer(), feeder()]);
  assert.deepEqual(got, items);
});

test('queue_module-021 a simple queue has put and get, and no bound', async () => {
  const queue = new SimpleQueue<number>();
  assert.ok(queue.empty());
  await queue.put(1);
  queue.putNowait(2);
  queue.putSync(3);
  assert.equal(queue.qsize(), 3);
  assert.equal(await queue.get(), 1);
  assert.equal(queue.getNowait(), 2);
  assert.equal(queue.getSync(), 3);
  assert.throws(() => queue.getNowait(), thrown('ERR_QUEUE_EMPTY'));
  await assert.rejects(queue.get({ timeout: 5 }), thrown('ERR_QUEUE_EMPTY'));
  await assert.rejects(queue.get({ timeout: -1 }), thrown('ERR_TIMEOUT_NEGATIVE'));
  const waiting = queue.get();
  queue.putNowait(4);
  assert.equal(await waiting, 4);
});

test('queue_module-024 a queue keeps nothing of what was got', async () => {
  const queue = new SimpleQueue<object>();
  const collected = new Set<number>();
  const registry = new FinalizationRegistry<number>((n) => collected.add(n));
  for (let n = 0; n < 10; n++) {
    const item = { n };
    registry.register(item, n);
    queue.putNowait(item);
  }
  for (let n = 0; n < 10; n++) queue.getNowait();
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 100 && collected.size < 9; round++) {
    collect();
    await sleep(5);
  }
  assert.ok(collected.size >= 9, `${collected.size} of 10 items were let go`);
});

test('queue_module-026 priorities are compared as wholes', () => {
  const queue = new PriorityQueue();
  for (const item of [[1, 'b'], [2, 'a'], [1, 'a'], [1]]) queue.putNowait(item);
  const order = [1, 2, 3, 4].map(() => queue.getNowait());
  assert.deepEqual(order, [[1], [1, 'a'], [1, 'b'], [2, 'a']]);
});

test('queue_module-026 a priority that cannot be compared is refused, and nothing is lost', async () => {
  const queue = new PriorityQueue();
  for (const item of [5, 1, 4]) queue.putNowait(item);
  for (const odd of ['text', {}, null, undefined, () => {}, [1]]) {
    await assert.rejects(queue.put(odd), { name: 'TypeError', code: 'ERR_NOT_COMPARABLE' });
  }
  assert.equal(queue.unfinishedTasks, 3);
  assert.deepEqual([queue.getNowait(), queue.getNowait(), queue.getNowait()], [1, 4, 5]);
  queue.putNowait([1, {}]);
  assert.throws(() => queue.putNowait([1, {}]), /'<' not supported between an object of class Object and an object/);
});

test('an object with valueOf is a priority, as are dates and big integers', () => {
  class Task {
    readonly urgency: number;
    constructor(urgency: number) {
      this.urgency = urgency;
    }
    valueOf(): number {
      return this.urgency;
    }
  }
  const queue = new PriorityQueue();
  for (const item of [new Task(3), 2n, new Date(1), new Task(0), 0.5]) queue.putNowait(item);
  const order = [1, 2, 3, 4, 5].map(() => Number(queue.getNowait()));
  assert.deepEqual(order, [0, 0.5, 1, 2, 3]);
});

test('a priority queue sorts whatever comes, in any order of puts and gets', () => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % 1000;
  const queue = new PriorityQueue<number>();
  const model: number[] = [];
  for (let step = 0; step < 20_000; step++) {
    if (model.length === 0 || random() < 520) {
      const item = random();
      queue.putNowait(item);
      model.push(item);
      model.sort((a, b) => a - b);
    } else assert.equal(queue.getNowait(), model.shift());
  }
});
