/** The ways to ask a pool for something: CPython's, each with its options. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MaybeEncodingError, TimeoutError, ValueError } from 'manyfold';
import { collect } from '../../support/collect.js';
import { because, eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

const add = (a: number, b: number) => a + b;
const square = (x: number) => x * x;
const pairs = Array.from({ length: 30 }, (_, item): [number, number] => [item, 2 * item]);

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { Lock, Pool } = context;

  test('pool-001 options of a function are an argument like the others', async () => {
    await using pool = new Pool(1);
    const power = (base: number, { exponent = 2 } = {}) => base ** exponent;
    assert.equal(await pool.apply(power, [5]), 25);
    assert.equal(await pool.apply(power, [5, { exponent: 3 }]), 125);
  });

  test('pool-003 pool-004 starmap calls with the arguments of each item, with and without chunks', async () => {
    await using pool = new Pool(2);
    const expected = pairs.map(([a, b]) => a + b);
    assert.deepEqual(await pool.starmap(add, pairs), expected);
    assert.deepEqual(await pool.starmap(add, pairs, { chunksize: 7 }), expected);
    assert.deepEqual(await pool.starmapAsync(add, pairs).get(), expected);
    await assert.rejects(
      pool.starmap((a: number) => a, [7] as never),
      TypeError,
    );
  });

  test('pool-005 pool-006 mapAsync: one call of one of its callbacks, with the whole list or the error', async () => {
    await using pool = new Pool(2);
    const calls: unknown[] = [];
    const callbacks = {
      callback: (result: unknown) => void calls.push(result),
      errorCallback: (error: unknown) => void calls.push((error as Error).name),
    };
    assert.deepEqual(await pool.mapAsync(square, [1, 2, 3], callbacks).get(), [1, 4, 9]);
    const pick = (x: number) => {
      if (x === 2) throw new RangeError('two');
      return x;
    };
    await assert.rejects(pool.mapAsync(pick, [1, 2, 3], { ...callbacks, chunksize: 1 }).get(), RangeError);
    assert.deepEqual(calls, [[1, 4, 9], 'RangeError']);
  });

  test('pool-008 pool-018 an empty input gives nothing, at once', async () => {
    await using pool = new Pool(1);
    assert.deepEqual(await pool.mapAsync(square, [], { chunksize: 1 }).get({ timeout: 5000 }), []);
    assert.deepEqual(await pool.map(square, later([])), []);
    assert.deepEqual(await pool.starmap(add, []), []);
    assert.deepEqual(await listOf(pool.imap(square, [])), []);
    assert.deepEqual(await listOf(pool.imap(square, later([]))), []);
    assert.deepEqual(await listOf(pool.imapUnordered(square, later([]))), []);
  });

  test('pool-012 imap gives the results in order, with and without chunks', async () => {
    await using pool = new Pool(3);
    const items = Array.from({ length: 1000 }, (_, item) => item);
    const uneven = async (x: number) => {
      if (x % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      return x;
    };
    assert.deepEqual(await listOf(pool.imap(uneven, items)), items);
    assert.deepEqual(await listOf(pool.imap(uneven, items.values(), { chunksize: 100 })), items);
    const results = pool.imap(square, [3]);
    assert.deepEqual(await results.next(), { value: 9, done: false });
    assert.deepEqual(await results.next(), { value: undefined, done: true });
    assert.deepEqual(await results.next(), { value: undefined, done: true });
  });

  test('pool-013 pool-052 imap: an input that throws gives its error behind the results of the items before', async () => {
    await using pool = new Pool(2);
    function* failing(count: number) {
      for (let x = 0; x < count; x++) yield x;
      throw new SyntaxError('no more');
    }
    for (const [count, chunksize] of [
      [3, 1],
      [7, 2],
      [7, 4],
    ] as const) {
      for (const items of [failing(count), later(failing(count))]) {
        const seen: number[] = [];
        const read = async () => {
          for await (const result of pool.imap((x: number) => x, items, { chunksize })) seen.push(result);
        };
        await assert.rejects(read(), SyntaxError);
        assert.deepEqual(seen, [...Array(count).keys()]);
      }
    }
  });

  test('pool-009 map: the error of an input that throws in the middle, synchronous or not', async () => {
    await using pool = new Pool(2);
    function* failing() {
      yield* [1, 2, 3];
      throw new SyntaxError('no more');
    }
    await assert.rejects(pool.map(square, failing()), SyntaxError);
    await assert.rejects(pool.map(square, later(failing()), { chunksize: 1 }), SyntaxError);
    assert.equal(await pool.apply(square, [2]), 4);
  });

  test('inputs may be asynchronous, and of any length', async () => {
    await using pool = new Pool(2);
    const items = Array.from({ length: 25_000 }, (_, item) => item);
    const expected = items.map((x) => x * x);
    assert.deepEqual(await pool.map(square, later(items)), expected);
    assert.deepEqual(await pool.map(square, items.values()), expected);
    assert.deepEqual(await listOf(pool.imap(square, later(items), { chunksize: 500 })), expected);
  });

  test('pool-047 next() of imap may take too long, and the result can be asked for again', async () => {
    await using pool = new Pool(1);
    const gate = new Lock();
    gate.acquireSync();
    const results = pool.imap(async (x: number) => ((await gate.acquire()) ? x : -1), [7]);
    await assert.rejects(results.next({ timeout: 20 }), TimeoutError);
    gate.release();
    assert.deepEqual(await results.next({ timeout: 60_000 }), { value: 7, done: false });
    assert.equal((await results.next()).done, true);
  });

  test('pool-044 a chunk size of 0 is refused, as are others that are none', async () => {
    await using pool = new Pool(1);
    for (const chunksize of [0, -1, 0.5, Number.NaN]) {
      await assert.rejects(pool.map(square, [1], { chunksize }), { code: 'ERR_CHUNKSIZE' });
      await assert.rejects(pool.starmap(add, pairs, { chunksize }), ValueError);
      assert.throws(() => pool.imap(square, [1], { chunksize }), ValueError);
    }
    assert.throws(() => pool.imap(square, [1], { buffersize: 0 }), { code: 'ERR_BUFFERSIZE' });
  });

  test('what is no iterable, no function or no array is refused at the call', async () => {
    await using pool = new Pool(1);
    await assert.rejects(pool.map(square, 7 as never), { name: 'TypeError', code: 'ERR_POOL_ITEMS' });
    assert.throws(() => pool.imap(square, null as never), { code: 'ERR_POOL_ITEMS' });
    await assert.rejects(pool.apply('f' as never), { name: 'TypeError', code: 'ERR_POOL_TARGET' });
    assert.throws(() => pool.applyAsync(square, 5 as never), { name: 'TypeError', code: 'ERR_POOL_ARGS' });
    await assert.rejects(pool.apply(square, [1], { timeout: -1 }), { code: 'ERR_POOL_OPTION' });
    await assert.rejects(pool.apply(square, [1], { retries: 0.5 }), { code: 'ERR_POOL_OPTION' });
    await assert.rejects(pool.apply(square, [1], { signal: {} as never }), { code: 'ERR_POOL_OPTION' });
  });

  test('pool-043 a callback that throws is told as a warning, and all else goes on', async () => {
    await using pool = new Pool(1);
    const warned = once(process, 'warning') as Promise<[Error & { code: string; detail: string }]>;
    const fail = () => {
      throw new Error('my mistake');
    };
    assert.equal(await pool.applyAsync(square, [3], { callback: fail }), 9);
    const [warning] = await warned;
    assert.equal(warning.code, 'ERR_POOL_CALLBACK');
    assert.match(warning.detail, /my mistake/);
    await assert.rejects(pool.applyAsync(fail, [], { errorCallback: fail }).get(), { message: 'my mistake' });
    assert.deepEqual(await pool.mapAsync(square, [1, 2], { callback: fail }), [1, 4]);
    assert.equal(await pool.apply(square, [4]), 16);
  });

  test(
    'pool-028 a result that cannot travel: the error names it, for get and for the callback',
    { not: { coroutine: because.notCopied } },
    async () => {
      await using pool = new Pool(1);
      let told: unknown;
      const result = pool.applyAsync(() => ({ deep: { secret: new WeakMap() } }), [], {
        errorCallback: (error) => (told = error),
      });
      const error: unknown = await result.get().catch((caught: unknown) => caught);
      assert.ok(error instanceof MaybeEncodingError);
      assert.equal(told, error);
      assert.match(error.message, /deep\.secret|\.deep.*\.secret|WeakMap/);
    },
  );

  test('pool-050 a pool cannot be sent to another process', { not: { coroutine: because.notCopied } }, async () => {
    await using pool = new Pool(1);
    await assert.rejects(
      pool.apply((x: unknown) => x, [pool]),
      { name: 'NotImplementedError', code: 'ERR_POOL_PICKLED' },
    );
    await assert.rejects(
      pool.apply(() => pool.apply(square, [1])),
      { name: 'NotImplementedError' },
    );
    assert.equal(await pool.apply(square, [3]), 9);
  });

  test('pool-022 an error that came from a worker can be thrown in a worker again', async () => {
    await using pool = new Pool(1);
    const fail = () => {
      throw Object.assign(new RangeError('first'), { step: 1 });
    };
    const error: unknown = await pool.apply(fail).catch((caught: unknown) => caught);
    const again = (what: unknown) => {
      throw what;
    };
    await assert.rejects(pool.apply(again, [error]), { name: 'RangeError', message: 'first', step: 1 });
  });

  test('the stack of an error ends where its task was asked for', async () => {
    await using pool = new Pool(1);
    const fail = () => {
      throw new Error('there');
    };
    const stackOf = async (task: PromiseLike<unknown>): Promise<string> => {
      try {
        await task;
      } catch (error) {
        return (error as Error).stack!;
      }
      return '';
    };
    for (const task of [pool.applyAsync(fail), pool.mapAsync(fail, [1])]) {
      assert.match(await stackOf(task), /fail.*calls\.test[^]*asked for by process \d+ ---\n.*calls\.test/);
    }
  });

  test('pool-024 arguments and results are not kept when a call has ended', async () => {
    await using pool = new Pool(1);
    const refs: WeakRef<object>[] = [];
    const make = (): object[] => {
      const items = [{ x: 1 }, { x: 2 }];
      refs.push(...items.map((item) => new WeakRef(item)));
      return items;
    };
    const run = async () => {
      for (const result of await pool.map((item: object) => item, make())) refs.push(new WeakRef(result));
    };
    await run();
    const collected = async () => {
      await collect();
      return refs.every((ref) => ref.deref() === undefined);
    };
    assert.ok(await until(collected));
  });
});
