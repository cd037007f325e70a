/** imapUnordered: results as they come, items as they are asked for. */

import assert from 'node:assert/strict';
import { ValueError } from 'manyfold';
import { because, eachMethod } from '../../support/methods.js';

function* naturals(read: { count: number; closed?: boolean } = { count: 0 }): Generator<number> {
  try {
    for (;;) yield read.count++;
  } finally {
    read.closed = true;
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

const square = (x: number) => x * x;

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { Pool } = context;

  test('pool-014 every result comes once, with and without chunks', async () => {
    await using pool = new Pool(3);
    const items = Array.from({ length: 1000 }, (_, item) => item);
    for (const options of [undefined, { chunksize: 53 }]) {
      const results = await collect(pool.imapUnordered(square, items, options));
      assert.deepEqual(
        results.toSorted((a, b) => a - b),
        items.map((item) => square(item)),
      );
    }
    assert.deepEqual(await collect(pool.imapUnordered(square, [])), []);
    for (const chunksize of [0, 0.5]) {
      assert.throws(() => pool.imapUnordered(square, items, { chunksize }), ValueError);
    }
  });

  test('an endless generator is read as results are asked for, and closed when nobody asks any more', async () => {
    await using pool = new Pool(2);
    const read: { count: number; closed?: boolean } = { count: 0 };
    let results = 0;
    for await (const result of pool.imapUnordered(square, naturals(read))) {
      assert.ok(Number.isInteger(Math.sqrt(result)));
      assert.ok(read.count - results <= 20, `${read.count} items read for ${results} results`);
      if (++results === 2000) break;
    }
    assert.equal(read.closed, true);
    assert.equal(await pool.apply(square, [3]), 9);
  });

  test('a failed item throws in its place, and the others still come', async () => {
    await using pool = new Pool(2);
    const pick = (x: number) => {
      if (x % 3 === 0) throw new RangeError(`not ${x}`);
      return x;
    };
    const results = pool.imapUnordered(pick, [1, 2, 3, 4, 5, 6, 7]);
    const seen: (number | string)[] = [];
    for (;;) {
      try {
        const { value, done } = await results.next();
        if (done) break;
        seen.push(value);
      } catch (error) {
        seen.push((error as Error).message);
      }
    }
    assert.deepEqual(seen.map(String).toSorted(), ['1', '2', '4', '5', '7', 'not 3', 'not 6']);
  });

  test('pool-021 a generator that throws: the items before it are done, then its own error comes', async () => {
    await using pool = new Pool(2);
    const error = new Error('no more');
    function* failing() {
      yield* [1, 2, 3, 4, 5];
      throw error;
    }
    for (const chunksize of [1, 2, 100]) {
      const results = pool.imapUnordered(square, failing(), { chunksize });
      const seen: number[] = [];
      const read = async () => {
        for await (const result of results) seen.push(result);
      };
      await assert.rejects(read(), (thrown) => thrown === error);
      assert.deepEqual(
        seen.toSorted((a, b) => a - b),
        [1, 4, 9, 16, 25],
      );
      assert.deepEqual(await results.next(), { value: undefined, done: true });
    }
    const failingAtOnce = {
      [Symbol.iterator]: () => ({
        next: (): IteratorResult<number> => {
          throw error;
        },
      }),
    };
    await assert.rejects(collect(pool.imapUnordered(square, failingAtOnce)), (thrown) => thrown === error);
  });

  test('several may ask at the same time', async () => {
    await using pool = new Pool(2);
    const results = pool.imapUnordered(square, [1, 2, 3, 4, 5, 6]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => results.next()));
    const values = answers.filter(({ done }) => !done).map(({ value }) => value as number);
    assert.deepEqual(
      values.toSorted((a, b) => a - b),
      [1, 4, 9, 16, 25, 36],
    );
  });

  test('close() lets what was asked for be done, though its results are read only after join()', async () => {
    await using pool = new Pool(2);
    const items = Array.from({ length: 200 }, (_, item) => item);
    const results = pool.imapUnordered(square, items);
    pool.close();
    await pool.join();
    assert.deepEqual(
      (await collect(results)).toSorted((a, b) => a - b),
      items.map((item) => square(item)),
    );
  });

  test('close() and an input that never ends: who reads goes on until it leaves; where nobody reads, there is an error', async () => {
    await using read = new Pool(2);
    const results = read.imap(square, naturals());
    await results.next();
    read.close();
    const joined = read.join();
    let last = 0;
    for (let count = 0; count < 15_000; count++) last = (await results.next()).value!;
    assert.equal(last, 15_000 ** 2);
    await results.return();
    await joined;

    await using unread = new Pool(2);
    const source: { count: number; closed?: boolean } = { count: 0 };
    const forgotten = unread.imapUnordered(square, naturals(source), { chunksize: 500 });
    unread.close();
    await unread.join();
    assert.equal(source.closed, true);
    let count = 0;
    const readAll = async () => {
      for await (const _ of forgotten) count++;
    };
    await assert.rejects(readAll(), { name: 'ValueError', code: 'ERR_POOL_UNREAD' });
    assert.equal(count, 10_000);
    assert.equal((await forgotten.next()).done, true);
  });

  test('terminate() ends the stream with an error', async () => {
    const pool = new Pool(2);
    const results = pool.imapUnordered(square, naturals());
    await results.next();
    pool.terminate();
    await assert.rejects(collect(results), { code: 'ERR_POOL_TERMINATED' });
    await pool.join();
  });

  test('what cannot travel fails its own item only', { not: { coroutine: because.notCopied } }, async () => {
    await using pool = new Pool(2);
    const results = pool.imapUnordered((x: unknown) => typeof x, [1, new WeakMap(), 'a', new WeakRef({}), 2n]);
    let failed = 0;
    const seen: string[] = [];
    for (;;) {
      const next = await results.next().catch((error: Error) => error);
      if (next instanceof Error) {
        assert.equal(next.name, 'PicklingError');
        failed++;
      } else if (next.done) break;
      else seen.push(next.value);
    }
    assert.equal(failed, 2);
    assert.deepEqual(seen.toSorted(), ['bigint', 'number', 'string']);
  });
});
