/** How a pool ends. */

import assert from 'node:assert/strict';
import { blocksInUse } from '#dist/memory/heap.js';
import { entriesInUse } from '#dist/memory/entries.js';
import { because, eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';
import { until } from '../../support/wait.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const { Lock, Pool } = context;

  test('pool-037 pool-038 close() finishes what there is, and refuses more', async () => {
    const pool = new Pool(2);
    await assert.rejects(pool.join(), { message: 'Pool is still running' });
    const results = pool.map(
      (x: number) => 2 * x,
      Array.from({ length: 100 }, (_, item) => item),
    );
    pool.close();
    pool.close();
    await assert.rejects(
      pool.apply(() => 1),
      { name: 'ValueError', message: 'Pool not running' },
    );
    await pool.join();
    assert.equal((await results).at(-1), 198);
  });

  test('pool-017 terminate() ends at once, with an error for each task that was not done', async () => {
    const pool = new Pool(2);
    const gate = new Lock();
    gate.acquireSync();
    const tasks = Array.from({ length: 1000 }, () => pool.apply(() => gate.acquire()));
    const outcomes = Promise.allSettled(tasks);
    pool.terminate();
    for (const outcome of await outcomes) {
      assert.equal(outcome.status, 'rejected');
      assert.equal((outcome.reason as { code: string }).code, 'ERR_POOL_TERMINATED');
    }
    await pool.join();
  });

  test('a call after close() or terminate() is refused where it is made, also when the pool has ended', async () => {
    const same = (x: number) => x;
    const spread = (...list: number[]) => list.length;
    for (const end of ['close', 'terminate'] as const) {
      const pool = new Pool(1);
      const running = pool.applyAsync(same, [1]);
      void running.get().catch(() => {});
      pool[end]();
      const refusesAll = async (): Promise<void> => {
        const refusal = { name: 'ValueError', code: 'ERR_POOL_NOT_RUNNING', message: 'Pool not running' };
        const promises = [pool.apply(same, [1]), pool.map(same, [1]), pool.starmap(spread, [[1]])];
        await Promise.all(promises.map((promise) => assert.rejects(promise, refusal)));
        assert.throws(() => pool.applyAsync(same, [1]), refusal);
        assert.throws(() => pool.mapAsync(same, [1]), refusal);
        assert.throws(() => pool.starmapAsync(spread, [[1]]), refusal);
        assert.throws(() => pool.imap(same, [1]), refusal);
        assert.throws(() => pool.imapUnordered(same, [1]), refusal);
      };
      await refusesAll();
      await pool.join();
      await refusesAll();
      assert.equal(running.ready(), true);
      pool.close();
      pool.terminate();
    }
  });

  test(
    'terminate() ends a task that never ends, also one that would rather not be asked',
    { not: { coroutine: because.oneThread } },
    async () => {
      const endless = () => {
        for (;;);
      };
      const stubborn = () => {
        process.on('SIGTERM', () => {});
        for (;;);
      };
      for (const task of [endless, stubborn]) {
        const pool = new Pool(1, { graceMs: 50 });
        const result = pool.applyAsync(task);
        assert.ok(await until(() => pool.stats().running === 1));
        pool.terminate();
        await assert.rejects(result.get(), { code: 'ERR_POOL_TERMINATED' });
        await pool.join();
      }
    },
  );

  test('terminate() ends a map of very many chunks', async () => {
    const pool = new Pool(1);
    const mapping = pool.map(
      (x: number) => x,
      Array.from({ length: 50_000 }, (_, item) => item),
      { chunksize: 1 },
    );
    pool.terminate();
    await assert.rejects(mapping, { code: 'ERR_POOL_TERMINATED' });
    await pool.join();
  });

  test('pool-019 `await using` terminates', async () => {
    let left;
    {
      await using pool = new Pool(1);
      left = pool;
      assert.equal(await pool.apply(() => 1), 1);
    }
    await assert.rejects(
      left.apply(() => 1),
      { code: 'ERR_POOL_NOT_RUNNING' },
    );
    await left.join();
  });

  test('a pool that has ended leaves no memory and no wait behind', async () => {
    const cycle = async (end: 'close' | 'terminate') => {
      const pool = new Pool(2);
      assert.deepEqual(await pool.map((x: number) => x + 1, [1, 2, 3]), [2, 3, 4]);
      pool[end]();
      await pool.join();
    };
    await cycle('close');
    const [blocks, entries] = [blocksInUse(), entriesInUse()];
    for (const end of ['close', 'terminate', 'close'] as const) await cycle(end);
    assert.ok(await until(() => blocksInUse() <= blocks), `${blocksInUse()} blocks, ${blocks} before`);
    assert.equal(entriesInUse(), entries);
  });

  test(
    'pool-029 pool-049 maxTasksPerChild replaces workers, and loses nothing',
    { not: { thread: because.threadsShare, coroutine: 'a coroutine pool has no workers' } },
    async () => {
      await using pool = new Pool(2, { maxTasksPerChild: 5 });
      const work = (x: number) => [x, process.pid] as const;
      const results = await pool.map(
        work,
        Array.from({ length: 60 }, (_, item) => item),
        { chunksize: 1 },
      );
      assert.deepEqual(
        results.map(([x]) => x),
        results.map((_, item) => item),
      );
      const tasks = new Map<number, number>();
      for (const [, pid] of results) tasks.set(pid, (tasks.get(pid) ?? 0) + 1);
      assert.ok(Math.max(...tasks.values()) <= 5);
      // A chunk is one task.
      const pids = await pool.map(() => process.pid, Array.from({ length: 20 }), { chunksize: 20 });
      assert.equal(new Set(pids).size, 1);
    },
  );

  test('pool-032 a program ends with its main module, though its pool still runs', async () => {
    using folder = programFolder({
      'main.mjs': `
        import { getContext } from 'manyfold';
        globalThis.pool = new (getContext('${method}').Pool)(2);
        console.log(await pool.apply((x) => x + 1, [1]));`,
    });
    const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
    assert.deepEqual([stdout, stderr, code], ['2\n', '', 0]);
  });
});
