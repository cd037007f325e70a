/** A worker is killed at each step of its life, under each way to ask for work: everything settles, and the pool goes on. */

import assert from 'node:assert/strict';
import { reduce, WorkerCrashedError, type Pool as AnyPool } from 'manyfold';
import { BrokenProcessPool, ProcessPoolExecutor } from 'manyfold/futures';
import { eachMethod } from '../../support/methods.js';
import { Random } from '../../support/random.js';
import { until } from '../../support/wait.js';

const ITEMS = Array.from({ length: 24 }, (_, item) => item);
/** The one that meets the fault. */
const CHOSEN = 9;

/** Kills the process that rebuilds it, or that reduces it, once. */
class Bomb {
  readonly explode: () => void;
  readonly where: 'reading' | 'writing';

  constructor(where: 'reading' | 'writing', explode: () => void) {
    this.where = where;
    this.explode = explode;
  }

  [reduce](): unknown[] {
    if (this.where === 'writing') this.explode();
    const { where, explode } = this;
    return [
      () => {
        if (where === 'reading') explode();
        return 'rebuilt';
      },
    ];
  }
}

type Ask = (target: (item: unknown) => unknown, items: readonly unknown[]) => Promise<PromiseSettledResult<unknown>[]>;

/** Each way to ask a pool, as what comes of each item. */
function waysToAsk(pool: AnyPool): Record<string, Ask> {
  return {
    applyAsync: (target, items) => Promise.allSettled(items.map((item) => pool.applyAsync(target, [item]))),
    map: (target, items) => Promise.allSettled([pool.map(target, items, { chunksize: 1 })]),
    imap: async (target, items) => {
      const results = pool.imap(target, items);
      const outcomes: PromiseSettledResult<unknown>[] = [];
      for (;;) {
        const [outcome] = await Promise.allSettled([results.next()]);
        if (outcome.status === 'fulfilled' && outcome.value.done) return outcomes;
        outcomes.push(outcome);
      }
    },
  };
}

eachMethod(['forkserver', 'spawn'], (method, context, test) => {
  const { Pool, Value } = context;

  /** Ends this process the first time that it is called in a worker, in the whole program. */
  const makeFuse = () => {
    const burnt = new Value('i', 0);
    const main = process.pid;
    return () => {
      if (process.pid === main) return;
      {
        using _held = burnt.getLock().holdSync();
        if (burnt.value++ > 0) return;
      }
      process.kill(process.pid, 'SIGKILL');
      for (;;);
    };
  };

  interface Fault {
    readonly items?: unknown[];
    readonly target?: (x: unknown) => unknown;
    readonly options?: object;
    /** To be awaited when the workers are there, right before they are asked. */
    readonly before?: () => Promise<void>;
  }

  const points: Record<string, (fuse: () => void) => Fault> = {
    'while it is idle': () => {
      const pid = new context.Value('i', 0, { lock: false });
      const before = async (): Promise<void> => {
        assert.ok(await until(() => pid.value !== 0));
        process.kill(pid.value, 'SIGKILL');
      };
      return { options: { initializer: () => void (pid.value ||= process.pid) }, before };
    },
    'taking a task': (fuse) => ({ items: ITEMS.map((x) => (x === CHOSEN ? new Bomb('reading', fuse) : x)) }),
    'in the task': (fuse) => ({ target: (x) => (x === CHOSEN && fuse(), x) }),
    'writing the result': (fuse) => ({ target: (x) => (x === CHOSEN ? new Bomb('writing', fuse) : x) }),
    'exiting after its last task': (fuse) => ({
      options: { maxTasksPerChild: 3, initializer: () => void process.on('exit', fuse) },
    }),
    'its successor starting': (fuse) => {
      const started = new context.SharedArray('i', 1);
      const initializer = () => {
        if (Atomics.add(started, 0, 1) >= 2) fuse();
      };
      return { options: { maxTasksPerChild: 3, initializer } };
    },
  };

  for (const [point, make] of Object.entries(points)) {
    test(`a worker that is killed ${point}: what it had fails, all else is done`, async () => {
      for (const way of ['applyAsync', 'map', 'imap']) {
        const { items = ITEMS, target = (x: unknown) => x, options = {}, before } = make(makeFuse());
        await using pool = new Pool(2, options);
        await before?.();
        const outcomes = await waysToAsk(pool)[way]!(target, items);
        const failed = outcomes.filter(({ status }) => status === 'rejected');
        for (const { reason } of failed as PromiseRejectedResult[])
          assert.ok(reason instanceof WorkerCrashedError && reason.signal === 'SIGKILL', `${way}: ${String(reason)}`);
        const isInTask = point === 'taking a task' || point === 'in the task' || point === 'writing the result';
        assert.equal(failed.length, isInTask ? 1 : 0, way);
        assert.equal(outcomes.length, way === 'map' ? 1 : ITEMS.length);
        assert.deepEqual(await pool.map((x: number) => x + 1, [1, 2, 3]), [2, 3, 4]);
      }
      const { items = ITEMS, target = (x: unknown) => x, options = {}, before } = make(makeFuse());
      await using executor = new ProcessPoolExecutor(2, { mpContext: context, ...options });
      if (before) await executor.submit(() => 1).then(before);
      const futures = items.map((item) => executor.submit(target, item));
      for (const future of futures) {
        const error = await future.exception();
        assert.ok(error === null || (error instanceof BrokenProcessPool && error.cause instanceof WorkerCrashedError));
      }
      assert.equal(await executor.submit((x: number) => x + 1, 1), 2);
    });
  }

  test('workers that are killed while idle are replaced', async () => {
    await using pool = new Pool(2);
    for (let round = 0; round < 4; round++) {
      const pids = new Set(await pool.map(() => process.pid, ITEMS, { chunksize: 1 }));
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      assert.ok(
        await until(() => pool.stats().workersStarted >= 2 + (round + 1) * pids.size || pool.stats().workers === 2),
      );
    }
    await pool.apply(() => 1).catch((error: unknown) => assert.ok(error instanceof WorkerCrashedError));
    assert.equal(await pool.apply(() => 1), 1);
  });

  test('thousands of tasks under a kill every 50 ms: each gives its result or a typed error', async () => {
    const random = Random.printed();
    const count = Number(process.env['POOL_STORM'] ?? (method === 'spawn' ? 1000 : 10_000));
    const pids = new context.SharedArray('i', 4);
    const place = new context.SharedArray('i', 1);
    const initializer = () => {
      pids[Atomics.add(place, 0, 1) % 4] = process.pid;
    };
    await using pool = new Pool(4, { initializer });
    const work = (x: number) => {
      const end = performance.now() + 0.1;
      while (performance.now() < end);
      return x;
    };
    let kills = 0;
    const killer = setInterval(() => {
      try {
        process.kill(pids[random.below(4)]! || process.pid + 2 ** 21, 'SIGKILL');
        kills++;
      } catch {
        // It has been killed before.
      }
    }, 50);
    const tasks = Array.from({ length: count }, (_, x) => pool.apply(work, [x]));
    const outcomes = await Promise.allSettled(tasks);
    clearInterval(killer);
    let crashed = 0;
    for (const [x, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') assert.equal(outcome.value, x);
      else {
        assert.ok(outcome.reason instanceof WorkerCrashedError, String(outcome.reason));
        crashed++;
      }
    }
    assert.ok(crashed <= kills, `${crashed} tasks lost by ${kills} kills`);
    const again = await pool.map(work, ITEMS, { chunksize: 1, retries: 5 });
    assert.deepEqual(again, ITEMS);
  });
});
