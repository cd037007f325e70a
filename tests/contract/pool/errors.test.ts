/** Tasks that fail, in every way they can. */

import assert from 'node:assert/strict';
import { MaybeEncodingError, PicklingError } from 'manyfold';
import { because, eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { Lock, Pool } = context;

  test('pool-020 an error arrives whole: class, message, properties, cause, and where it was thrown', async () => {
    await using pool = new Pool(1);
    const thrower = () => {
      const error = new RangeError('too far', { cause: new TypeError('a reason') });
      throw Object.assign(error, { code: 'E_FAR', details: new Map([['by', 7]]) });
    };
    const error: unknown = await pool.apply(thrower).catch((caught: unknown) => caught);
    assert.ok(error instanceof RangeError && error.cause instanceof TypeError);
    assert.equal(error.message, 'too far');
    assert.equal(error.cause.message, 'a reason');
    const { code, details } = error as RangeError & { code: string; details: Map<string, number> };
    assert.deepEqual([code, details.get('by')], ['E_FAR', 7]);
    assert.match(error.stack!, /thrower.*errors\.test/);
    for (const value of ['text', 7, null, undefined]) {
      const throwing = () => {
        throw value;
      };
      assert.equal(await pool.apply(throwing).catch((caught: unknown) => caught), value);
    }
  });

  test('pool-023 map waits for all items, and rejects then with the first error', async () => {
    await using pool = new Pool(2);
    const gate = new Lock();
    gate.acquireSync();
    const work = async (x: number) => {
      if (x === 0) throw new Error('zero');
      using _held = await gate.hold();
      return x;
    };
    const mapping = pool.mapAsync(work, [0, 1], { chunksize: 1 });
    await mapping.wait({ timeout: 50 });
    assert.equal(mapping.ready(), false);
    gate.release();
    await assert.rejects(mapping.get(), { message: 'zero' });
  });

  test(
    'pool-028 a result that cannot travel fails its own task only, for twenty rounds',
    { not: { coroutine: because.notCopied } },
    async () => {
      await using pool = new Pool(1);
      for (let round = 0; round < 20; round++) {
        const [bad, good] = [pool.apply(() => new WeakMap()), pool.apply((x: number) => x, [round])];
        await assert.rejects(bad, MaybeEncodingError);
        assert.equal(await good, round);
      }
    },
  );

  test(
    'an error that cannot travel fails its own task, and says what it was',
    { not: { coroutine: because.notCopied } },
    async () => {
      await using pool = new Pool(1);
      const thrower = () => {
        throw Object.assign(new Error('with luggage'), { socket: new WeakMap() });
      };
      await assert.rejects(pool.apply(thrower), /with luggage/);
      assert.equal(await pool.apply(() => 1), 1);
    },
  );

  test(
    'pool-007 arguments and items that cannot travel fail at the call, and nothing else does',
    { not: { coroutine: because.notCopied } },
    async () => {
      await using pool = new Pool(1);
      await assert.rejects(
        pool.apply((x: unknown) => x, [new WeakMap()]),
        PicklingError,
      );
      await assert.rejects(
        pool.map((x: unknown) => x, [1, new WeakMap(), 3], { chunksize: 1 }),
        PicklingError,
      );
      const socket = new WeakMap();
      await assert.rejects(
        pool.apply(() => socket),
        PicklingError,
      );
      assert.deepEqual(await pool.map((x: number) => x + 1, [1, 2, 3]), [2, 3, 4]);
    },
  );

  test(
    'a map in which no item can travel fails, however many there are',
    { not: { coroutine: because.notCopied } },
    async () => {
      await using pool = new Pool(1);
      const items = Array.from({ length: 20_000 }, () => new WeakMap());
      await assert.rejects(
        pool.map((x: unknown) => x, items, { chunksize: 1 }),
        PicklingError,
      );
      assert.equal(await pool.apply(() => 1), 1);
    },
  );

  test('pool-009 an iterable that throws makes map throw that error', async () => {
    await using pool = new Pool(1);
    const error = new Error('at three');
    function* items() {
      yield* [1, 2];
      throw error;
    }
    await assert.rejects(
      pool.map((x: number) => x, items()),
      (thrown) => thrown === error,
    );
    assert.equal(await pool.apply(() => 1), 1);
  });

  test('an initializer runs once in each worker, before its tasks', async () => {
    const count = new context.Value('i', 0);
    const prepare = async (name: string, by: number) => {
      using _held = await count.getLock().hold();
      count.value += by;
      Object.assign(globalThis, { prepared: name });
    };
    await using pool = new Pool(3, { initializer: prepare, initargs: ['ready', 1] });
    const seen = await pool.map(() => (globalThis as { prepared?: string }).prepared, Array.from({ length: 50 }));
    assert.ok(seen.every((prepared) => prepared === 'ready'));
    pool.close();
    await pool.join();
    assert.ok(count.value <= 3);
  });

  test('pool-051 a failing initializer fails the pool with its error', async () => {
    const initializer = () => {
      throw Object.assign(new TypeError('cannot begin'), { why: 'no licence' });
    };
    const pool = new Pool(2, { initializer });
    const failure = { name: 'TypeError', message: 'cannot begin', why: 'no licence' };
    await assert.rejects(
      pool.apply(() => 1),
      failure,
    );
    await assert.rejects(
      pool.map((x: number) => x, [1, 2, 3]),
      failure,
    );
    pool.terminate();
    await pool.join();
  });

  test(
    'an initializer that ends its worker fails the pool, too',
    { not: { coroutine: 'a coroutine pool has no workers' } },
    async () => {
      await using pool = new Pool(2, { initializer: () => process.exit(3) });
      await assert.rejects(
        pool.apply(() => 1),
        { code: 'ERR_WORKER_CRASHED', exitCode: 3 },
      );
    },
  );

  test('pool-033 arguments of a wrong kind are refused', () => {
    for (const processes of [0, -1, 1.5, NaN, '2' as never])
      assert.throws(() => new Pool(processes), { code: 'ERR_POOL_PROCESSES' });
    assert.throws(() => new Pool(1.5), RangeError);
    assert.throws(() => new Pool(1, { initializer: 1 as never }), TypeError);
    assert.throws(() => new Pool(1, { maxTasksPerChild: 0 }), RangeError);
  });
});
