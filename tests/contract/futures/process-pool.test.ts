/** Calls in worker processes, by an executor. */

import assert from 'node:assert/strict';
import {
  ProcessPoolExecutor,
  BrokenProcessPool,
  CancelledError,
  TimeoutError,
  wait,
  type Future,
} from 'manyfold/futures';
import { PicklingError, SystemExit, WorkerCrashedError } from 'manyfold';
import { collect } from '../../support/collect.js';
import { because, eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';
import { byTheClock } from '../../support/time.js';
import { until } from '../../support/wait.js';

const square = (x: number) => x * x;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

const elsewhere = 'executors of threads have tests of their own: thread-pool.test.ts';

eachMethod(['forkserver', 'spawn'], { thread: elsewhere, coroutine: because.oneThread }, (method, context, test) => {
  const { Lock, Value } = context;
  const open = (workers: number, options = {}) => new ProcessPoolExecutor(workers, { mpContext: context, ...options });

  test('futures-001 submit calls a function with its arguments', async () => {
    await using executor = open(2);
    assert.equal(await executor.submit(Math.pow, 2, 8).result(), 256);
    assert.equal(await executor.submit(async (a: string, { b }: { b: string }) => a + b, 'x', { b: 'y' }), 'xy');
    assert.throws(() => executor.submit(undefined as never), { name: 'TypeError', code: 'ERR_EXECUTOR_TARGET' });
  });

  test('futures-006 the number of workers', () => {
    for (const workers of [0, -1, 1.5]) {
      assert.throws(() => open(workers), { name: 'ValueError', message: /maxWorkers must be greater than 0/ });
    }
  });

  test('futures-045 map gives the results in order, in chunks of any size, of one or several inputs', async () => {
    await using executor = open(2);
    const items = Array.from({ length: 40 }, (_, item) => item);
    const expected = items.map((x) => square(x));
    for (const chunksize of [1, 6, 40, 50]) {
      assert.deepEqual(await listOf(executor.map(square, items, { chunksize })), expected);
    }
    assert.deepEqual(await listOf(executor.map((a: number, b: number) => a ** b, [2, 3, 4], new Set([5, 2]))), [32, 9]);
    assert.throws(() => executor.map(square, items, { chunksize: -1 }), { name: 'ValueError', code: 'ERR_CHUNKSIZE' });
  });

  test('futures-004 futures-041 map with a timeout gives what was there in time, and cancels the rest', async () => {
    await using executor = open(1);
    await executor.submit(sleep, 0);
    await byTheClock('ERR_TIMED_OUT', async () => {
      const [ran, gate] = [new Value('i', 0), new Lock()];
      gate.acquireSync();
      const work = async (number: number) => {
        if (number === 2) await gate.acquire();
        ran.value++;
        return number;
      };
      const results = executor.map(work, [0, 1, 2, 3, 4, 5], { timeout: 1000 });
      try {
        for (const number of [0, 1]) assert.deepEqual(await results.next(), { done: false, value: number });
        await assert.rejects(results.next(), TimeoutError);
        await results.return?.();
      } finally {
        gate.release();
      }
      assert.equal(await executor.submit(() => ran.value).result(), 3);
    });
  });

  test('futures-037 map makes its calls though nobody asks for the results', async () => {
    const executor = open(2);
    const ran = new Value('i', 0);
    const count = () => {
      using _held = ran.getLock().holdSync();
      ran.value++;
    };
    executor.map(count, Array.from({ length: 100 }));
    await executor.shutdown();
    assert.equal(ran.value, 100);
  });

  test('futures-060 buffersize: the input is read so far ahead, and no further', async () => {
    await using executor = open(2);
    let read = 0;
    function* endless() {
      for (;;) yield read++;
    }
    const results = executor.map(square, endless(), { buffersize: 4 });
    assert.equal(read, 4);
    assert.equal((await results.next()).value, 0);
    assert.ok(await until(() => read === 5));
    await results.return?.();
    assert.throws(() => executor.map(square, [1], { buffersize: 0 }), { name: 'ValueError' });
  });

  test('futures-012 a call that waits can be cancelled, one that runs cannot', async () => {
    await using executor = open(1);
    const gate = new Lock();
    gate.acquireSync();
    const first = executor.submit(() => gate.acquireSync());
    const second = executor.submit(square, 3);
    assert.ok(await until(() => first.running()));
    assert.deepEqual([first.cancel(), second.cancel(), second.cancel()], [false, true, true]);
    await assert.rejects(second.result(), CancelledError);
    assert.equal((await wait([second], { timeout: 1000 })).done.size, 1);
    gate.release();
    assert.equal(await first, true);
  });

  test('futures-029 futures-058 shutdown with many calls: all results are there', async () => {
    const executor = open(3);
    const futures = Array.from({ length: 200 }, (_, x) => executor.submit(square, x));
    await executor.shutdown();
    assert.deepEqual(
      await Promise.all(futures),
      futures.map((_, x) => x * x),
    );
  });

  test('futures-026 futures-033 after a shutdown nothing can be submitted', async () => {
    const executor = open(1);
    const future = executor.submit(square, 2);
    await executor[Symbol.asyncDispose]();
    assert.equal(future.done(), true);
    assert.throws(() => executor.submit(square, 1), { name: 'RuntimeError', message: /after shutdown/ });
    assert.throws(() => executor.map(square, [1]), { code: 'ERR_EXECUTOR_SHUT_DOWN' });
    await executor.shutdown();
  });

  test('futures-030 shutdown with cancelFutures: what has not begun is cancelled', async () => {
    const executor = open(2);
    const futures = Array.from({ length: 50 }, () => executor.submit(sleep, 100));
    assert.ok(await until(() => futures.some((future) => future.running())));
    await executor.shutdown({ cancelFutures: true });
    const cancelled = futures.filter((future) => future.cancelled());
    assert.ok(cancelled.length >= 40, `${cancelled.length}`);
    for (const future of futures) if (!future.cancelled()) assert.equal(await future.exception(), null);
  });

  test('futures-032 shutdown after a future that was just cancelled', async () => {
    const executor = open(1);
    const futures = [executor.submit(sleep, 50), executor.submit(sleep, 1), executor.submit(square, 2)];
    futures[1]!.cancel();
    await executor.shutdown();
    assert.equal(await futures[2], 4);
  });

  test('futures-035 futures-049 shutdown that does not wait: the results still come, also behind a failing call', async () => {
    const executor = open(1, { maxTasksPerChild: 1 });
    const failing = executor.submit(() => JSON.parse('{') as unknown);
    const slow = executor.submit(() => sleep(50).then(() => 'done'));
    await executor.shutdown({ wait: false });
    assert.equal(slow.done(), false);
    await assert.rejects(failing.result(), SyntaxError);
    assert.equal(await slow, 'done');
    await executor.shutdown();
  });

  test('futures-034 an executor that nobody can reach any more finishes its work, and ends', async () => {
    let future: Future<number> | undefined;
    const use = () => {
      future = open(1).submit(square, 5);
    };
    use();
    assert.equal(await future, 25);
    await collect();
    assert.ok(await until(async () => (await collect(), context.activeChildren().length === 0)));
  });

  test('futures-040 an idle worker is used again; no more are started than there is work for', async () => {
    await using executor = open(4);
    const pids = new Set<number>();
    for (let round = 0; round < 3; round++) pids.add(await executor.submit(() => process.pid));
    assert.equal(pids.size, 1);
  });

  test('futures-047 maxTasksPerChild: the fourth call is made by another process', async () => {
    await using executor = open(1, { maxTasksPerChild: 3 });
    const pids: number[] = [];
    for (let call = 0; call < 4; call++) pids.push(await executor.submit(() => process.pid));
    assert.equal(new Set(pids.slice(0, 3)).size, 1);
    assert.notEqual(pids[3], pids[0]);
  });

  test('futures-046 an error shows where it was thrown', async () => {
    await using executor = open(1);
    const thrower = () => {
      throw new RangeError('there');
    };
    const error = (await executor.submit(thrower).exception()) as Error;
    assert.ok(error instanceof RangeError);
    assert.match(error.stack!, /thrower.*process-pool\.test/);
  });

  test('futures-043 a failing initializer breaks the executor, with its error as the cause', async () => {
    const initializer = () => {
      throw new TypeError('no licence');
    };
    const executor = open(2, { initializer });
    const future = executor.submit(square, 1);
    const error = await future.exception();
    assert.ok(error instanceof BrokenProcessPool, String(error));
    assert.ok(error.cause instanceof TypeError);
    assert.throws(() => executor.submit(square, 2), BrokenProcessPool);
    await executor.shutdown();
  });

  test('futures-044 futures-053 a worker that dies breaks the future of its call only', async () => {
    await using executor = open(1);
    const dying = executor.submit(() => process.kill(process.pid, 'SIGKILL') && sleep(60_000));
    const next = executor.submit(square, 6);
    const error = await dying.exception();
    assert.ok(error instanceof BrokenProcessPool);
    assert.ok(error.cause instanceof WorkerCrashedError && error.cause.signal === 'SIGKILL');
    assert.equal(await next, 36);
    const leave = () => {
      throw new SystemExit(3);
    };
    assert.ok((await executor.submit(leave).exception()) instanceof SystemExit);
    assert.equal(await executor.submit(square, 7), 49);
  });

  test('futures-051 futures-054 what cannot travel there or back fails its own future', async () => {
    await using executor = open(1);
    assert.ok((await executor.submit((x: unknown) => x, new WeakMap()).exception()) instanceof PicklingError);
    assert.match(String(await executor.submit(() => new WeakMap()).exception()), /cannot travel/);
    assert.equal(await executor.submit(square, 3), 9);
  });

  test('futures-052 futures-055 a message that kills its reader, or cannot be read, fails its own future', async () => {
    await using executor = open(1);
    const { reduce } = await import('manyfold');
    const dieWhenRead = (where: number) => (process.pid === where ? where : process.exit(7));
    const failWhenRead = (where: number) => {
      if (process.pid !== where) throw new RangeError('not here');
      return where;
    };
    class Made {
      readonly rebuild: (where: number) => unknown;
      readonly where: number;
      constructor(rebuild: (where: number) => unknown, where: number) {
        this.rebuild = rebuild;
        this.where = where;
      }
      [reduce]() {
        return [this.rebuild, this.where];
      }
    }
    const made = (rebuild: (where: number) => unknown, where: number) => new Made(rebuild, where);
    const killing = executor.submit((x: unknown) => x, made(dieWhenRead, process.pid));
    assert.ok((await killing.exception()) instanceof BrokenProcessPool);
    const failing = executor.submit((x: unknown) => x, made(failWhenRead, process.pid));
    assert.ok((await failing.exception()) instanceof RangeError);
    const back = executor.submit(() => made(failWhenRead, process.pid));
    assert.ok((await back.exception()) instanceof RangeError);
    assert.equal(await executor.submit(square, 3), 9);
  });

  test('futures-056 shutdown with a crashing call does not hang', async () => {
    const executor = open(2);
    const crashing = executor.submit(() => process.exit(1));
    await executor.shutdown();
    assert.ok((await crashing.exception()) instanceof BrokenProcessPool);
  });

  for (const how of ['terminateWorkers', 'killWorkers'] as const) {
    test(`futures-059 ${how}() ends them at once; what is not done breaks`, async () => {
      const executor = open(2);
      const futures = [1, 2, 3].map(() => executor.submit(() => sleep(60_000)));
      assert.ok(await until(() => futures.some((future) => future.running())));
      executor[how]();
      for (const future of futures) assert.ok((await future.exception()) instanceof BrokenProcessPool);
      assert.throws(() => executor.submit(square, 1), BrokenProcessPool);
      await executor.shutdown();
    });
  }

  test('futures-007 results and arguments are not kept by the executor', async () => {
    await using executor = open(1);
    const refs: WeakRef<object>[] = [];
    const run = async () => {
      for await (const result of executor.map((x: object) => x, [{ a: 1 }, { a: 2 }])) refs.push(new WeakRef(result));
      const result = await executor.submit((x: object) => x, { a: 3 });
      refs.push(new WeakRef(result));
    };
    await run();
    assert.ok(await until(async () => (await collect(), refs.every((ref) => ref.deref() === undefined))));
  });

  test('futures-027 futures-028 a program waits at its end for what was submitted; at its exit nothing can be', async () => {
    using folder = programFolder({
      'main.mjs': `
        import { getContext } from 'manyfold';
        import { ProcessPoolExecutor } from 'manyfold/futures';
        const executor = new ProcessPoolExecutor(1, { mpContext: getContext('${method}') });
        executor.submit(() => new Promise((resolve) => setTimeout(() => resolve(console.log('apple')), 50)));
        process.on('exit', () => {
          try {
            executor.submit(() => 1);
          } catch (error) {
            console.log(error.name, error.message);
          }
        });`,
    });
    const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
    assert.equal(stdout, 'apple\nRuntimeError cannot schedule new futures after interpreter shutdown\n');
    assert.deepEqual([stderr, code], ['', 0]);
  });
});
