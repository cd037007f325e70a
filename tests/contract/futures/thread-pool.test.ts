/** Calls in threads, by an executor. */

import assert from 'node:assert/strict';
import { Value } from 'manyfold';
import { BrokenThreadPool, CancelledError, ThreadPoolExecutor, TimeoutError } from 'manyfold/futures';
import { activeCount, currentThread, getIdent } from 'manyfold/threading';
import { eachMethod } from '../../support/methods.js';
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

eachMethod(['thread'], (_method, _context, test) => {
  test('futures-001 submit calls a function with its arguments, in a thread of this process', async () => {
    await using executor = new ThreadPoolExecutor(2);
    assert.equal(await executor.submit(Math.pow, 2, 8), 256);
    const here = [process.pid, getIdent()];
    const there = await executor.submit(() => [process.pid, getIdent()]);
    assert.equal(there[0], here[0]);
    assert.notEqual(there[1], here[1]);
    assert.throws(() => executor.submit(undefined as never), { name: 'TypeError', code: 'ERR_EXECUTOR_TARGET' });
  });

  test('futures-006 the number of threads, and the type of their prefix', () => {
    for (const workers of [0, -1, 1.5]) {
      assert.throws(() => new ThreadPoolExecutor(workers), { code: 'ERR_MAX_WORKERS' });
    }
    const options = { threadNamePrefix: 7 as never };
    assert.throws(() => new ThreadPoolExecutor(1, options), { name: 'TypeError', code: 'ERR_THREAD_NAME' });
  });

  test('futures-036 the threads have names after a prefix', async () => {
    const namesOf = async (executor: ThreadPoolExecutor) => {
      const met = new Value('i', 0);
      const meet = async () => {
        {
          using _held = met.getLock().holdSync();
          met.value++;
        }
        while (met.value < 2) await new Promise(setImmediate);
        return currentThread().name;
      };
      return (await Promise.all([executor.submit(meet), executor.submit(meet)])).toSorted();
    };
    await using named = new ThreadPoolExecutor(2, { threadNamePrefix: 'SpecialPool' });
    assert.deepEqual(await namesOf(named), ['SpecialPool_0', 'SpecialPool_1']);
    await using unnamed = new ThreadPoolExecutor(2);
    const names = await namesOf(unnamed);
    assert.match(names.join(' '), /^(ThreadPoolExecutor-\d+)_0 \1_1$/);
  });

  test('futures-037 futures-033 map makes its calls though nobody asks for the results; shutdown waits for them', async () => {
    const ran = new Value('i', 0);
    const threads = activeCount();
    const executor = new ThreadPoolExecutor(2);
    const count = () => {
      using _held = ran.getLock().holdSync();
      ran.value++;
    };
    executor.map(count, Array.from({ length: 100 }));
    await executor.shutdown();
    assert.equal(ran.value, 100);
    assert.equal(activeCount(), threads);
    assert.throws(() => executor.submit(square, 1), { name: 'RuntimeError', message: /after shutdown/ });
  });

  test('futures-040 an idle thread is used again', async () => {
    await using executor = new ThreadPoolExecutor(4);
    const idents = new Set<number>();
    for (let round = 0; round < 3; round++) idents.add(await executor.submit(getIdent));
    assert.equal(idents.size, 1);
  });

  test('futures-045 futures-004 map gives the results in order, and what is there in time', async () => {
    await using executor = new ThreadPoolExecutor(2);
    const items = Array.from({ length: 40 }, (_, item) => item);
    for (const chunksize of [1, 6, 50]) {
      assert.deepEqual(
        await listOf(executor.map(square, items, { chunksize })),
        items.map((x) => square(x)),
      );
    }
    await byTheClock('ERR_TIMED_OUT', async () => {
      const results = executor.map(sleep, [0, 0, 2000], { timeout: 1000 });
      assert.equal((await results.next()).done, false);
      assert.equal((await results.next()).done, false);
      await assert.rejects(results.next(), TimeoutError);
      await results.return?.();
    });
  });

  test('futures-012 futures-030 what waits can be cancelled, also all of it at a shutdown', async () => {
    const executor = new ThreadPoolExecutor(1);
    const open = new Value('i', 0);
    const wait = async () => {
      while (open.value === 0) await new Promise(setImmediate);
      return 'ran';
    };
    const first = executor.submit(wait);
    const rest = Array.from({ length: 20 }, () => executor.submit(wait));
    assert.ok(await until(() => first.running()));
    assert.deepEqual([first.cancel(), rest[0]!.cancel()], [false, true]);
    const over = executor.shutdown({ cancelFutures: true });
    open.value = 1;
    await over;
    assert.equal(await first, 'ran');
    for (const future of rest) await assert.rejects(future.result(), CancelledError);
  });

  test('futures-043 a failing initializer breaks the executor, with its error as the cause', async () => {
    const initializer = (why: string) => {
      throw new TypeError(why);
    };
    await using executor = new ThreadPoolExecutor(2, { initializer, initargs: ['no licence'] });
    const error = await executor.submit(square, 1).exception();
    assert.ok(error instanceof BrokenThreadPool, String(error));
    assert.ok(error.cause instanceof TypeError && error.cause.message === 'no licence');
    assert.throws(() => executor.submit(square, 2), BrokenThreadPool);
  });

  test('a thread that ends itself breaks the future of its call only', async () => {
    await using executor = new ThreadPoolExecutor(1);
    const leaving = executor.submit(() => process.exit(3));
    const next = executor.submit(square, 6);
    const error = await leaving.exception();
    assert.ok(error instanceof BrokenThreadPool, String(error));
    assert.match(error.message, /exit code 3/);
    assert.equal(await next, 36);
  });

  test('futures-027 futures-028 futures-031 a program waits for its calls, also behind a shutdown that does not', async () => {
    using folder = programFolder({
      'main.mjs': `
        import { ThreadPoolExecutor } from 'manyfold/futures';
        const say = (word) => new Promise((resolve) => setTimeout(() => resolve(console.log(word)), 50));
        const one = new ThreadPoolExecutor(1);
        one.submit(say, 'apple');
        const other = new ThreadPoolExecutor(1);
        other.submit(say, 'pear');
        await other.shutdown({ wait: false });
        process.on('exit', () => {
          try {
            one.submit(() => 1);
          } catch (error) {
            console.log(error.name, error.message);
          }
        });`,
    });
    const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
    const [last, ...words] = stdout.trim().split('\n').toReversed();
    assert.deepEqual(words.toSorted(), ['apple', 'pear']);
    assert.equal(last, 'RuntimeError cannot schedule new futures after interpreter shutdown');
    assert.deepEqual([stderr, code], ['', 0]);
  });

  test('futures-050 where no thread can be started, the calls fail with the cause, and nothing hangs', async () => {
    using folder = programFolder({
      'main.mjs': `
        import { ThreadPoolExecutor } from 'manyfold/futures';
        const executor = new ThreadPoolExecutor(2);
        const futures = [1, 2, 3].map((x) => executor.submit(Math.sqrt, x));
        for (const future of futures) {
          const error = await future.exception();
          console.log(error.name, error.cause.code, error.cause.cause.code);
        }
        try {
          executor.submit(Math.sqrt, 4);
        } catch (error) {
          console.log(error.name);
        }`,
    });
    // Node's own means to forbid threads.
    const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '' : 'experimental-';
    const execArgv = [`--${permission}permission`, '--allow-fs-read=*', '--allow-fs-write=*', '--allow-addons'];
    const { stdout, code } = await runProgram(folder.file('main.mjs'), { execArgv });
    const broken = 'BrokenThreadPool ERR_THREAD_START ERR_ACCESS_DENIED\n';
    assert.deepEqual([stdout, code], [`${broken.repeat(3)}BrokenThreadPool\n`, 0]);
  });
});
