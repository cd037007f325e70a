/** Functions that are generators: what they yield comes while they run. */

import assert from 'node:assert/strict';
import { eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

eachMethod(['forkserver', 'spawn', 'thread', 'coroutine'], (_method, context, test) => {
  const { Lock, Pool, Value } = context;

  test('imap gives what generators yield, in the order of the items', async () => {
    await using pool = new Pool(2);
    function* countTo(n: number) {
      for (let x = 1; x <= n; x++) yield `${n}:${x}`;
    }
    async function* slowly(n: number) {
      for (let x = 1; x <= n; x++) {
        await new Promise(setImmediate);
        yield `${n}:${x}`;
      }
    }
    const expected = [3, 0, 2, 1].flatMap((n) => Array.from(countTo(n)));
    assert.deepEqual(await listOf(pool.imap(countTo, [3, 0, 2, 1])), expected);
    assert.deepEqual(await listOf(pool.imap(slowly, [3, 0, 2, 1])), expected);
    assert.deepEqual(await listOf(pool.imap(slowly, [3, 0, 2, 1], { chunksize: 3 })), expected);
    assert.deepEqual(new Set(await listOf(pool.imapUnordered(slowly, [3, 0, 2, 1]))), new Set(expected));
  });

  test('what follows a value that was long in the making comes once', async () => {
    await using pool = new Pool(1);
    function* slowAtFirst(n: number) {
      for (const end = performance.now() + 5; performance.now() < end;);
      yield `${n}:1`;
      yield `${n}:2`;
    }
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const expected = numbers.flatMap((n) => [`${n}:1`, `${n}:2`]);
    assert.deepEqual(await listOf(pool.imap(slowAtFirst, numbers)), expected);
    assert.deepEqual(await listOf(pool.imap(slowAtFirst, numbers, { chunksize: 3 })), expected);
    assert.deepEqual((await listOf(pool.imapUnordered(slowAtFirst, numbers))).toSorted(), expected.toSorted());
  });

  test('a hundred thousand values of one generator', async () => {
    await using pool = new Pool(1);
    function* many(n: number) {
      for (let x = 0; x < n; x++) yield x;
    }
    let next = 0;
    for await (const x of pool.imap(many, [100_000])) assert.equal(x, next++);
    assert.equal(next, 100_000);
  });

  test('a value is there before the next one has been made', async () => {
    await using pool = new Pool(1);
    const gate = new Lock();
    gate.acquireSync();
    async function* stepping() {
      yield 'first';
      await gate.acquire();
      yield 'second';
    }
    const values = pool.imap(stepping, [undefined]);
    assert.equal((await values.next()).value, 'first');
    gate.release();
    assert.equal((await values.next()).value, 'second');
    assert.equal((await values.next()).done, true);
  });

  test('a generator runs no further ahead than its values are asked for, and is closed when nobody wants more', async () => {
    await using pool = new Pool(1, { graceMs: 60_000 });
    const made = new Value('i', 0);
    const closed = new Value('i', 0);
    async function* endless() {
      try {
        for (;;) {
          made.value++;
          yield made.value;
          await new Promise(setImmediate);
        }
      } finally {
        closed.value = 1;
      }
    }
    let asked = 0;
    for await (const _ of pool.imap(endless, [undefined])) {
      assert.ok(made.value <= asked + 3000, `${made.value} made, ${asked} asked for`);
      if (++asked === 2000) break;
    }
    assert.ok(await until(() => closed.value === 1));
    assert.equal(await pool.apply(() => 7), 7);
  });

  test('a generator that nobody reads waits', async () => {
    await using pool = new Pool(1);
    const made = new Value('i', 0);
    const turns = new Value('i', 0);
    async function* eager() {
      const turn = () => {
        turns.value++;
        turning = setImmediate(turn);
      };
      let turning = setImmediate(turn);
      for (let x = 0; x < 50; x++) {
        made.value++;
        yield new Uint8Array(1000);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      clearImmediate(turning);
    }
    const values = pool.imap(eager, [undefined]);
    await values.next();
    // Its thread has time for thousands of turns, and the generator makes nothing more in them.
    let seen = 0;
    let since = 0;
    const rests = () => {
      if (made.value !== seen) [seen, since] = [made.value, turns.value];
      return turns.value > since + 20_000;
    };
    assert.ok(await until(rests));
    assert.ok(seen < 30, `${seen} made, 1 asked for`);
    assert.equal((await listOf(values)).length, 49);
  });

  test('the error of a generator comes behind what it has yielded', async () => {
    await using pool = new Pool(1);
    async function* failing() {
      yield 1;
      yield 2;
      throw new RangeError('no more');
    }
    const values = pool.imap(failing, [undefined]);
    assert.equal((await values.next()).value, 1);
    assert.equal((await values.next()).value, 2);
    await assert.rejects(values.next(), { name: 'RangeError', message: 'no more' });
    assert.equal((await values.next()).done, true);
  });
});
