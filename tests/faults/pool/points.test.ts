/** A worker is killed at each step of its life, under each way to ask for work: everything settles, and the pool goes on. */

import assert from 'node:assert/strict';
import { Process as AnyProcess, reduce, WorkerCrashedError } from 'manyfold';
import { BrokenProcessPool, ProcessPoolExecutor } from 'manyfold/futures';
import { eachMethod, type Context } from '../../support/methods.js';
import { Random } from '../../support/random.js';
import { timeOf } from '../../support/time.js';
import { until } from '../../support/wait.js';

const ITEMS = Array.from({ length: 12 }, (_, item) => item);
/** The one that meets the fault. */
const CHOSEN = 2;

/** How soon after the death everything has settled (ms). A machine may be busy with other things for that long: it has to be so in one of some tries. */
const SOON = 1000;
const TRIES = 5;

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

type Target = (item: unknown) => unknown;

/** A pool, and one way to ask it. */
interface Asked extends AsyncDisposable {
  readonly ask: (target: Target, items: readonly unknown[]) => Promise<unknown>[];
  /** What it says of a task that has died with its worker. */
  isCrash(error: unknown): boolean;
}

interface Options {
  readonly initializer?: () => void;
  readonly maxTasksPerChild?: number;
}

function askPool(context: Context, size: number, options: Options, way: 'applyAsync' | 'map' | 'imap'): Asked {
  const pool = new context.Pool(size, options);
  const ways: Record<typeof way, Asked['ask']> = {
    applyAsync: (target, items) => items.map(async (item) => await pool.applyAsync(target, [item])),
    map: (target, items) => [pool.map(target, items, { chunksize: 1 })],
    imap(target, items) {
      const results = pool.imap(target, items);
      return items.map(() => results.next());
    },
  };
  const isCrash = (error: unknown): boolean => error instanceof WorkerCrashedError && error.signal === 'SIGKILL';
  return { ask: ways[way], isCrash, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() };
}

function askExecutor(context: Context, size: number, options: Options): Asked {
  const executor = new ProcessPoolExecutor(size, { mpContext: context, ...options });
  return {
    ask: (target, items) => items.map((item) => executor.submit(target, item).result()),
    isCrash: (error) => error instanceof BrokenProcessPool && error.cause instanceof WorkerCrashedError,
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

const WAYS: Record<string, (context: Context, size: number, options: Options) => Asked> = {
  applyAsync: (...args) => askPool(...args, 'applyAsync'),
  map: (...args) => askPool(...args, 'map'),
  imap: (...args) => askPool(...args, 'imap'),
  executor: askExecutor,
};

/** A fault, which happens once. */
interface Fault {
  readonly size?: number;
  readonly items?: unknown[];
  readonly target?: Target;
  readonly options?: Options;
  /** To be awaited when the workers are there, right before they are asked. */
  readonly before?: () => Promise<void>;
  /** Whether a task dies of it. */
  readonly costs: 0 | 1;
}

/** Seconds of a clock that all processes of a machine share. */
function machineTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds / 1e9;
}

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const { Pool, Process, Value } = context;

  /** When the fault has happened; 0 before. */
  const died = new Value('d', 0, { lock: false });

  const kill = (pid: number): void => {
    died.value = machineTime();
    process.kill(pid, 'SIGKILL');
  };

  /** Ends this process the first time that it is called in a worker. */
  const makeFuse = () => {
    const burnt = new Value('i', 0);
    const main = process.pid;
    return () => {
      if (process.pid === main) return;
      {
        using _held = burnt.getLock().holdSync();
        if (burnt.value++ > 0) return;
      }
      kill(process.pid);
      for (;;);
    };
  };

  const points: Record<string, (fuse: () => void) => Fault> = {
    'while it is idle': () => {
      const pid = new Value('i', 0, { lock: false });
      const before = async (): Promise<void> => {
        assert.ok(await until(() => pid.value !== 0));
        kill(pid.value);
      };
      return { options: { initializer: () => void (pid.value ||= process.pid) }, before, costs: 0 };
    },
    'taking a task': (fuse) => ({ items: ITEMS.map((x) => (x === CHOSEN ? new Bomb('reading', fuse) : x)), costs: 1 }),
    'in the task': (fuse) => ({ target: (x) => (x === CHOSEN && fuse(), x), costs: 1 }),
    'writing the result': (fuse) => ({ target: (x) => (x === CHOSEN ? new Bomb('writing', fuse) : x), costs: 1 }),
    'exiting after its last task': (fuse) => ({
      options: { maxTasksPerChild: 5, initializer: () => void process.on('exit', fuse) },
      costs: 0,
    }),
    'while its successor starts': () => {
      const started = new context.SharedArray('i', 1);
      const victim = new Value('i', 0, { lock: false });
      const initializer = () => {
        if (Atomics.add(started, 0, 1) !== 1) return;
        while (victim.value === 0);
        kill(victim.value);
      };
      const target: Target = (x) => {
        if (x !== CHOSEN) return x;
        victim.value = process.pid;
        for (;;);
      };
      return { size: 1, target, options: { maxTasksPerChild: CHOSEN + 1, initializer }, costs: 1 };
    },
    'when it is a successor and starts': (fuse) => {
      const started = new context.SharedArray('i', 1);
      const initializer = () => {
        if (Atomics.add(started, 0, 1) >= 2) fuse();
      };
      return { options: { maxTasksPerChild: 5, initializer }, costs: 0 };
    },
  };

  /** Meets the fault once. Gives the milliseconds from the death until all that had been asked for had settled. */
  const meet = async (way: string, point: string): Promise<number> => {
    const { size = 2, items = ITEMS, target = (x) => x, options = {}, before, costs } = points[point]!(makeFuse());
    died.value = 0;
    await using asked = WAYS[way]!(context, size, options);
    if (before) await Promise.all(asked.ask((x) => x, [0]));
    await before?.();
    let settled = 0;
    const note = (): void => void (settled = machineTime());
    const promises = asked.ask(target, items);
    for (const promise of promises) promise.then(note, note);
    const outcomes = await Promise.allSettled(promises);
    const failed = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    for (const { reason } of failed) assert.ok(asked.isCrash(reason), `${way}: ${String(reason)}`);
    assert.equal(failed.length, costs, way);
    assert.ok(await until(() => died.value !== 0), `${way}: nobody has died`);
    const again = asked.ask((x) => (x as number) + 1, [1, 2, 3]);
    assert.deepEqual((await Promise.all(again)).flat().length, 3);
    return Math.max(0, settled - died.value) * 1000;
  };

  const startAnother = async (): Promise<void> => {
    const process = new Process({ target: () => {} });
    await process.start();
    await process.join();
  };

  for (const point of Object.keys(points)) {
    test(`a worker that is killed ${point}: what it had fails, all else is done, within a second`, async () => {
      for (const way of Object.keys(WAYS)) {
        const times: number[] = [];
        do {
          const took = await meet(way, point);
          // A successor may have had to start, and another one after it.
          times.push(took > SOON ? took - 2 * (await timeOf(startAnother)) : took);
        } while (times.at(-1)! > SOON && times.length < TRIES);
        assert.ok(Math.min(...times) <= SOON, `${way}: all had settled ${times.join(', ')} ms after the death`);
      }
    });
  }

  test('the task of a dead worker is lost, even if the worker after the next one has its place by now', async () => {
    const started = new context.SharedArray('i', 1);
    const worked = new context.SharedArray('i', 1);
    const target = (x: number) => {
      Atomics.add(worked, 0, 1);
      if (x !== CHOSEN) return x;
      while (Atomics.load(started, 0) < 2);
      process.kill(process.pid, 'SIGKILL');
      for (;;);
    };
    const initializer = () => void Atomics.add(started, 0, 1);
    await using pool = new Pool(1, { maxTasksPerChild: CHOSEN + 1, initializer });
    // The program is held up when it has seen the end of a worker, until the next one has done all that it may do.
    const read = Object.getOwnPropertyDescriptor(AnyProcess.prototype, 'exitCode')!;
    const slowly = function (this: AnyProcess): unknown {
      const deadline = performance.now() + SOON;
      while (Atomics.load(worked, 0) < 2 * (CHOSEN + 1) && performance.now() < deadline);
      return read.get!.call(this);
    };
    Object.defineProperty(AnyProcess.prototype, 'exitCode', { ...read, get: slowly });
    try {
      const outcomes = await Promise.allSettled(ITEMS.map((item) => pool.apply(target, [item])));
      const lost = outcomes.map(({ status }, item) => (status === 'rejected' ? item : -1)).filter((item) => item >= 0);
      assert.deepEqual(lost, [CHOSEN]);
    } finally {
      Object.defineProperty(AnyProcess.prototype, 'exitCode', read);
    }
  });

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
    const count = Number(process.env['POOL_STORM'] ?? 10_000);
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
