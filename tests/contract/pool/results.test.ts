/** What a pool is asked, and what it answers. */

import assert from 'node:assert/strict';
import { AsyncResult, TimeoutError, ValueError } from 'manyfold';
import { because, eachMethod } from '../../support/methods.js';

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const { Lock, Pool, Value } = context;

  test('pool-001 apply calls a function in a worker', async () => {
    await using pool = new Pool(2);
    const square = (x: number) => x * x;
    assert.equal(await pool.apply(square, [5]), 25);
    assert.equal(await pool.apply(async (a: number, b: string) => `${a}${b}`, [1, 'x']), '1x');
    assert.equal(await pool.apply(() => undefined), undefined);
    const isHere = ['thread', 'coroutine'].includes(method);
    assert.equal((await pool.apply(() => process.pid)) === process.pid, isHere);
  });

  test('pool-010 pool-011 an AsyncResult can be asked, waited for, and awaited', async () => {
    await using pool = new Pool(1);
    const gate = new Lock();
    gate.acquireSync();
    const wait = async (x: number) => {
      using _held = await gate.hold();
      return x * x;
    };
    const result = pool.applyAsync(wait, [7]);
    assert.ok(result instanceof AsyncResult);
    assert.equal(result.ready(), false);
    assert.throws(() => result.successful(), ValueError);
    await assert.rejects(result.get({ timeout: 20 }), TimeoutError);
    await result.wait({ timeout: 20 });
    assert.equal(result.ready(), false);
    gate.release();
    assert.equal(await result.get(), 49);
    assert.equal(await result, 49);
    assert.ok(result.ready() && result.successful());
    const failing = pool.applyAsync(() => JSON.parse('{') as unknown);
    await failing.wait();
    assert.equal(failing.successful(), false);
    await assert.rejects(failing.get(), SyntaxError);
  });

  test('pool-006 pool-027 callbacks get the result, or the error, once', async () => {
    await using pool = new Pool(2);
    const calls: unknown[] = [];
    const callbacks = {
      callback: (result: unknown) => void calls.push(['done', result]),
      errorCallback: (error: unknown) => void calls.push(['failed', (error as Error).message]),
    };
    await pool.applyAsync((x: number) => x + 1, [1], callbacks);
    const fail = () => {
      throw new RangeError('no');
    };
    await assert.rejects(pool.applyAsync(fail, [], callbacks).get(), RangeError);
    await pool.mapAsync((x: number) => -x, [1, 2], callbacks);
    assert.deepEqual(calls, [
      ['done', 2],
      ['failed', 'no'],
      ['done', [-1, -2]],
    ]);
  });

  test('pool-018 pool-048 map keeps the order of its items, whatever the chunks', async () => {
    await using pool = new Pool(3);
    const items = Array.from({ length: 1000 }, (_, item) => item);
    const triple = (x: number) => 3 * x;
    const expected = items.map((x) => triple(x));
    for (const options of [undefined, { chunksize: 1 }, { chunksize: 7 }, { chunksize: 5000 }]) {
      assert.deepEqual(await pool.map(triple, items, options), expected);
    }
    assert.deepEqual(await pool.map(triple, new Set([3, 1, 2])), [9, 3, 6]);
    assert.deepEqual(await pool.map(triple, []), []);
    // A quarter of a worker's share to a chunk, so that 24 items make 12 chunks: the greatest part that is seen together.
    const chunk = new Value('i', 0);
    const count = () => {
      using _held = chunk.getLock().holdSync();
      return ++chunk.value;
    };
    assert.deepEqual((await pool.map(count, items.slice(0, 24))).toSorted((a, b) => a - b).at(-1), 24);
    for (const chunksize of [0, -1, 1.5]) await assert.rejects(pool.map(triple, items, { chunksize }), ValueError);
  });

  test('async targets run to their end before the next task of their worker', async () => {
    await using pool = new Pool(2);
    const slow = async (x: number) => {
      await new Promise((resolve) => setTimeout(resolve, x % 3));
      return x + 0.5;
    };
    assert.deepEqual(await pool.map(slow, [5, 4, 3, 2, 1], { chunksize: 2 }), [5.5, 4.5, 3.5, 2.5, 1.5]);
    assert.deepEqual(await Promise.all([1, 2, 3].map((x) => pool.apply(slow, [x]))), [1.5, 2.5, 3.5]);
  });

  test(
    'a closure is sent with what it captures at the call, also after that has changed',
    { not: { coroutine: because.notCopied } },
    async () => {
      await using pool = new Pool(2);
      let factor = 1;
      const table = new Map([['offset', 100]]);
      const scale = (x: number) => x * factor + table.get('offset')!;
      const first = pool.map(scale, [1, 2, 3]);
      factor = 10;
      table.set('offset', 0);
      const second = pool.map(scale, [1, 2, 3]);
      const third = pool.apply(scale, [4]);
      factor = 0;
      assert.deepEqual(await first, [101, 102, 103]);
      assert.deepEqual(await second, [10, 20, 30]);
      assert.equal(await third, 40);
      assert.equal(await pool.apply(scale, [4]), 0);
    },
  );

  test('more functions than a worker keeps, each with its own captured value', async () => {
    await using pool = new Pool(2);
    const results = Array.from({ length: 100 }, (_, number) => pool.apply((x: number) => x * 1000 + number, [1]));
    assert.deepEqual(
      await Promise.all(results),
      results.map((_, number) => 1000 + number),
    );
  });

  test('arguments and results of 20 MB, and of no bytes', async () => {
    await using pool = new Pool(2);
    const reverse = (bytes: Uint8Array) => bytes.toReversed();
    const bytes = Uint8Array.from({ length: 20_000_000 }, (_, place) => place % 251);
    const back = await pool.apply(reverse, [bytes]);
    assert.ok(Buffer.from(back.toReversed()).equals(bytes));
    assert.deepEqual(await pool.map(reverse, [new Uint8Array(0), new Uint8Array([1, 2])]), [
      new Uint8Array(0),
      new Uint8Array([2, 1]),
    ]);
  });

  test('pool-042 results of short tasks do not wait for those of a long one', async () => {
    await using pool = new Pool(2);
    const gate = new Lock();
    gate.acquireSync();
    const long = pool.applyAsync(() => gate.acquire());
    for (let round = 0; round < 20; round++) assert.equal(await pool.apply((x: number) => x, [round]), round);
    assert.equal(long.ready(), false);
    gate.release();
    assert.equal(await long, true);
    await sleep(0);
  });

  test(
    'a result of more than 4 GB fails its own task, and says so',
    { not: { coroutine: because.notCopied } },
    async () => {
      await using pool = new Pool(1);
      const huge = () => new Uint8Array(2 ** 32); // memory that nobody writes to is none
      await assert.rejects(pool.apply(huge), { name: 'MaybeEncodingError', message: /no more than 4 GB/ });
      assert.equal(await pool.apply(() => 7), 7);
    },
  );

  test(
    'a result of 2 GB arrives',
    {
      skip:
        process.env['MANYFOLD_TEST_LONG'] === undefined &&
        'takes 4 GB of memory and many seconds; MANYFOLD_TEST_LONG=1 runs it',
    },
    async () => {
      await using pool = new Pool(1);
      const result = await pool.apply(() => new Uint8Array(2 ** 31).fill(7));
      assert.deepEqual([result.length, result[0], result.at(-1)], [2 ** 31, 7, 7]);
    },
  );
});
