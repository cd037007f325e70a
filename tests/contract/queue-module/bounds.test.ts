/** Full and empty queues: who waits, for how long, and who is told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LifoQueue, PriorityQueue, Queue } from 'manyfold/queue';
import { Empty, Full, ManyfoldError } from 'manyfold';
import { guard } from '../../support/guard.js';

guard();

const kinds = [Queue, LifoQueue, PriorityQueue] as const;

for (const Kind of kinds) {
  test(`queue_module-002 a full queue lets nobody in until somebody takes an item [${Kind.name}]`, async () => {
    const queue = new Kind<number>(5);
    for (let n = 0; n < 5; n++) {
      assert.ok(!queue.full());
      await queue.put(n);
    }
    assert.ok(queue.full());
    await assert.rejects(queue.put(9, { block: false }), Full);
    await assert.rejects(queue.put(9, { timeout: 10 }), { code: 'ERR_QUEUE_FULL' });
    const waiting = queue.put(9);
    assert.equal(queue.qsize(), 5);
    await queue.get();
    await waiting;
    assert.equal(queue.qsize(), 5);
  });

  test(`queue_module-003 an empty queue gives nothing until somebody puts an item [${Kind.name}]`, async () => {
    const queue = new Kind<number>(5);
    await assert.rejects(queue.get({ block: false }), Empty);
    await assert.rejects(queue.get({ timeout: 10 }), { code: 'ERR_QUEUE_EMPTY' });
    const waiting = [queue.get(), queue.get()];
    await queue.put(1);
    await queue.put(2);
    assert.deepEqual(await Promise.all(waiting), [1, 2]);
    assert.ok(queue.empty());
  });

  test(`queue_module-007 the calls that do not wait say at once that they cannot [${Kind.name}]`, () => {
    const queue = new Kind<number>(1);
    queue.putNowait(1);
    assert.throws(() => queue.putNowait(2), Full);
    assert.equal(queue.getNowait(), 1);
    assert.throws(() => queue.getNowait(), Empty);
  });
}

test('queue_module-006 a negative timeout is a mistake', async () => {
  const queue = new Queue<number>(1);
  await assert.rejects(queue.put(1, { timeout: -1 }), RangeError);
  await assert.rejects(queue.get({ timeout: -1 }), { code: 'ERR_TIMEOUT_NEGATIVE' });
  await assert.rejects(queue.get({ block: false, timeout: -1 }), Empty);
});

test('the maximum size is a number, and 0 or less is none', async () => {
  for (const maxsize of [0, -3]) {
    const queue = new Queue<number>(maxsize);
    for (let n = 0; n < 1000; n++) queue.putNowait(n);
    assert.ok(!queue.full());
  }
  const wrong = { name: 'TypeError', code: 'ERR_QUEUE_MAXSIZE' };
  assert.throws(() => new Queue('5' as unknown as number), wrong);
  assert.throws(() => new Queue(Number.NaN), wrong);
});

test('a call that blocks is refused where it would wait for its own thread', () => {
  const queue = new Queue<number>(1);
  const waitsForItself = { name: 'RuntimeError', code: 'ERR_WAITS_FOR_ITSELF' };
  assert.throws(() => queue.getSync(), waitsForItself);
  assert.throws(() => queue.getSync({ timeout: 10_000 }), Empty);
  queue.putSync(1);
  assert.throws(() => queue.putSync(2), waitsForItself);
  assert.throws(() => queue.putSync(2, { timeout: 10_000 }), Full);
  assert.equal(queue.getSync(), 1);
});

test('a signal ends a wait, and whoever comes after takes its place', async () => {
  const queue = new Queue<string>(1);
  const stop = new AbortController();
  const first = queue.get({ signal: stop.signal });
  const second = queue.get();
  stop.abort(new Error('enough'));
  await assert.rejects(first, /enough/);
  queue.putNowait('item');
  assert.equal(await second, 'item');

  queue.putNowait('a');
  const left = new AbortController();
  const putting = queue.put('b', { signal: left.signal });
  left.abort(new Error('not any more'));
  await assert.rejects(putting, /not any more/);
  assert.equal(queue.getNowait(), 'a');
  assert.ok(queue.empty());
  await assert.rejects(queue.get({ signal: left.signal }), /not any more/);
});

test('queue_module-020 a queue whose own hook throws stays as it was, and nobody waits in vain', async () => {
  class Failing extends Queue<string> {
    readonly #kept: string[] = [];
    failsToInsert = false;
    failsToRemove = false;
    protected override count(): number {
      return this.#kept.length;
    }
    protected override insert(item: string): void {
      if (this.failsToInsert) throw new Error('no insert');
      this.#kept.push(item);
    }
    protected override remove(): string {
      if (this.failsToRemove) throw new Error('no remove');
      return this.#kept.shift()!;
    }
  }
  const queue = new Failing(1);
  queue.failsToInsert = true;
  await assert.rejects(queue.put('lost'), /no insert/);
  assert.equal(queue.unfinishedTasks, 0);
  queue.failsToInsert = false;
  queue.putNowait('first');

  const refused = queue.put('refused');
  const next = queue.put('second');
  queue.failsToInsert = true;
  assert.equal(queue.getNowait(), 'first');
  await assert.rejects(refused, /no insert/);
  await assert.rejects(next, /no insert/);
  assert.equal(queue.unfinishedTasks, 1);

  queue.failsToInsert = false;
  queue.failsToRemove = true;
  const waiting = queue.get();
  queue.putNowait('kept');
  await assert.rejects(waiting, /no remove/);
  assert.throws(() => queue.getNowait(), /no remove/);
  queue.failsToRemove = false;
  assert.equal(queue.getNowait(), 'kept');
});

test('queue_module-023 fifty feeders and fifty consumers lose nothing and double nothing', async () => {
  for (const how of [{}, { block: false }, { timeout: 1 }]) {
    const queue = new Queue<number>(7);
    const got: number[] = [];
    const patiently = async <T>(attempt: () => Promise<T>): Promise<T> => {
      for (;;) {
        try {
          return await attempt();
        } catch (error) {
          if (!(error instanceof ManyfoldError)) throw error;
          await new Promise(setImmediate);
        }
      }
    };
    const feeders = Array.from({ length: 50 }, async (_, feeder) => {
      for (let n = 0; n < 20; n++) await patiently(() => queue.put(feeder * 20 + n, how));
    });
    const consumers = Array.from({ length: 50 }, async () => {
      for (let n = 0; n < 20; n++) got.push(await patiently(() => queue.get(how)));
    });
    await Promise.all([...feeders, ...consumers]);
    assert.deepEqual(
      got.toSorted((a, b) => a - b),
      Array.from({ length: 1000 }, (_, n) => n),
    );
  }
});
