/** What can be seen of a pool at work. */

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { currentTask, type Progress } from 'manyfold';
import { because, eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';
import { until } from '../../support/wait.js';

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

const square = (x: number) => x * x;
const items = Array.from({ length: 100 }, (_, item) => item);

eachMethod(
  ['forkserver', 'spawn', 'thread'],
  { coroutine: 'a coroutine pool has no workers: nothing of it is seen from outside' },
  (method, context, test) => {
    const { Pool } = context;

    test('progress: how many are done, at which rate, and how long the rest will take', async () => {
      await using pool = new Pool(2);
      for (const run of [
        (progress: (told: Progress) => void) => pool.map(square, items, { progress, chunksize: 10 }),
        (progress: (told: Progress) => void) => listOf(pool.imap(square, items, { progress, chunksize: 7 })),
      ]) {
        const told: Progress[] = [];
        await run((progress) => told.push(progress));
        const last = told.at(-1)!;
        assert.deepEqual([last.done, last.total], [100, 100]);
        assert.ok(told.every(({ done }, place) => place === 0 || done > told[place - 1]!.done));
        assert.ok(last.rate > 0 && last.timeLeft === 0 && told[0]!.timeLeft! > 0);
      }
      const told: Progress[] = [];
      await pool.map(square, items.values(), { progress: (progress) => told.push(progress) });
      assert.deepEqual([told.at(-1)!.done, told.at(-1)!.total, told.at(-1)!.timeLeft], [100, undefined, undefined]);
      assert.deepEqual(await pool.map(square, [1, 2], { progress: true }), [1, 4]);
    });

    test('a task reports while it runs, and all of it comes before its result', async () => {
      await using pool = new Pool(1);
      const work = (steps: number) => {
        for (let step = 0; step < steps; step++) currentTask()!.report({ step });
        return 'done';
      };
      const reports: unknown[] = [];
      const onReport = (report: unknown) => void reports.push(report);
      assert.equal(await pool.apply(work, [3], { onReport }), 'done');
      assert.deepEqual(reports, [{ step: 0 }, { step: 1 }, { step: 2 }]);
      assert.equal(await pool.apply(work, [2]), 'done'); // nobody listens
      await assert.rejects(
        pool.apply(() => currentTask()!.report(new WeakMap())),
        { name: 'PicklingError' },
      );
    });

    test('stats: what a pool has done, and is doing', async () => {
      await using pool = new Pool(2);
      await pool.map(square, items, { chunksize: 10 });
      await pool.apply(() => JSON.parse('{') as unknown).catch(() => {});
      await pool.apply(() => process.exit(1)).catch(() => {});
      const busy = pool.apply(() => new Promise((resolve) => setTimeout(resolve, 60_000)));
      const end = busy.catch(() => {});
      assert.ok(await until(() => pool.stats().running === 1));
      const stats = pool.stats();
      assert.deepEqual([stats.done, stats.failed, stats.crashed, stats.cancelled, stats.queued], [10, 1, 1, 0, 0]);
      assert.ok(stats.workersStarted >= 2);
      const { min, mean, p50, p90, p99, max } = stats.waitingTime;
      assert.ok(0 < min && min <= p50 && p50 <= p90 && p90 <= p99 && p99 <= max && min <= mean && mean <= max);
      assert.ok(stats.runningTime.max < 60_000);
      pool.terminate();
      await end;
    });

    test('diagnostics_channel: the life of tasks and workers', async () => {
      const seen: [string, Record<string, unknown>][] = [];
      const names = ['queued', 'settled', 'worker-started', 'worker-ended'].map((name) => `manyfold:pool:${name}`);
      const listener = (message: unknown, name: string | symbol) =>
        void seen.push([String(name), message as Record<string, unknown>]);
      for (const name of names) subscribe(name, listener);
      try {
        const pool = new Pool(1);
        const double = (x: number) => 2 * x;
        await pool.map(double, [1, 2, 3], { chunksize: 3 });
        pool.close();
        await pool.join();
        assert.ok(await until(() => seen.some(([name]) => name.endsWith('worker-ended'))));
      } finally {
        for (const name of names) unsubscribe(name, listener);
      }
      const settled = seen.find(([name]) => name.endsWith(':settled'))![1];
      assert.equal(settled['target'], 'double');
      assert.deepEqual([settled['items'], settled['end']], [3, 'done']);
      assert.ok((settled['waited'] as number) >= 0 && (settled['took'] as number) >= 0);
      const started = seen.find(([name]) => name.endsWith('worker-started'))![1];
      const ended = seen.find(([name]) => name.endsWith('worker-ended'))![1];
      assert.equal(started['pid'], ended['pid']);
      assert.equal(ended['exitCode'], 0);
    });

    test('trace: a file for Perfetto, with a row for each worker and a bar for each task', async () => {
      using folder = programFolder({});
      const file = folder.file('run.json');
      const pool = new Pool(2, { trace: file });
      await pool.map(square, items, { chunksize: 10 });
      await pool.apply(() => process.exit(3)).catch(() => {});
      pool.close();
      await pool.join();
      type Event = {
        ph: string;
        name: string;
        ts?: number;
        dur?: number;
        tid?: number;
        args?: Record<string, unknown>;
      };
      const events = JSON.parse(readFileSync(file, 'utf8')) as Event[];
      const bars = events.filter(({ ph, name }) => ph === 'X' && name === 'square');
      assert.equal(bars.length, 10);
      assert.ok(bars.every(({ ts, dur }) => ts! > 0 && dur! >= 0));
      assert.ok(events.some(({ ph, name }) => ph === 'M' && name === 'thread_name'));
      assert.ok(events.some(({ name }) => /ended with 3/.test(name)));
    });

    test(
      'stdio: prefix, pipe and ignore; the error of a crash has the last lines of stderr',
      { not: { thread: because.threadsShare } },
      async () => {
        using folder = programFolder({
          'main.mjs': `
        import fs from 'node:fs';
        import { getContext } from 'manyfold';
        const { Pool } = getContext('${method}');
        const talk = (x) => {
          process.stdout.write('half a ');
          console.log('line', x);
          console.error('to stderr', x);
          return x;
        };
        const crash = () => {
          fs.writeSync(2, 'last words\\n');
          process.exit(3);
        };
        for (const stdio of ['prefix', 'ignore', 'pipe', 'inherit']) {
          const pool = new Pool(1, { stdio });
          let piped = '';
          pool.stdout?.setEncoding('utf8').on('data', (text) => (piped += text));
          await pool.map(talk, [1, 2]);
          const error = await pool.apply(crash).catch((caught) => caught);
          console.log(stdio, JSON.stringify(piped), JSON.stringify(error.stderr), error.task?.target);
          pool.terminate();
        }`,
        });
        const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
        assert.equal(code, 0, stderr);
        const name = method === 'spawn' ? 'SpawnPoolWorker-1' : 'ForkServerPoolWorker-1';
        const lines = stdout.split('\n');
        assert.deepEqual(lines.slice(0, 2), [`[${name}] half a line 1`, `[${name}] half a line 2`]);
        assert.ok(stderr.includes(`[${name}] to stderr 2\n`));
        const written = JSON.stringify('to stderr 1\nto stderr 2\nlast words\n');
        assert.ok(lines.includes(`prefix "" ${written} crash`), stdout);
        assert.ok(lines.includes('ignore "" "" crash'), stdout);
        assert.ok(lines.includes(`pipe ${JSON.stringify('half a line 1\nhalf a line 2\n')} ${written} crash`), stdout);
        // What is inherited does not come through the pool: it knows what the JavaScript of the worker has written.
        assert.ok(lines.includes(`inherit "" ${JSON.stringify('to stderr 1\nto stderr 2\n')} crash`), stdout);
      },
    );

    test('an uncaught error of a worker is in the error that tells of its death', async () => {
      using folder = programFolder({
        'main.mjs': `
        import { getContext } from 'manyfold';
        const pool = new (getContext('${method}').Pool)(1);
        const late = () => new Promise(() => setTimeout(() => { throw new Error('out of nowhere'); }, 1));
        const error = await pool.apply(late).catch((caught) => caught);
        console.log(error.exitCode, /out of nowhere/.test(error.stderr));
        pool.terminate();`,
      });
      const { stdout } = await runProgram(folder.file('main.mjs'));
      assert.equal(stdout, '1 true\n');
    });

    test(
      'inspect: each worker has a port of its own, and names it',
      { not: { thread: because.threadsShare } },
      async () => {
        using folder = programFolder({
          'main.mjs': `
        import { getContext } from 'manyfold';
        const pool = new (getContext('${method}').Pool)(2, { inspect: true, stdio: 'pipe' });
        let text = '';
        pool.stderr.setEncoding('utf8').on('data', (part) => (text += part));
        let urls = [];
        while (urls.length < 2) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          urls = [...text.matchAll(/PoolWorker-\\d can be debugged at ws:\\/\\/([\\d.]+:\\d+)/g)].map(([, host]) => host);
        }
        const answers = await Promise.all(urls.map((host) => fetch('http://' + host + '/json/version')));
        console.log(urls.length, new Set(urls).size, answers.every(({ ok }) => ok));
        pool.terminate();`,
        });
        const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
        assert.equal(stdout, '2 2 true\n', stderr);
      },
    );

    test('inline: tasks run in this process, as they would in a worker', async () => {
      await using pool = new Pool(4, { inline: true });
      assert.equal(await pool.apply(() => process.pid), process.pid);
      assert.deepEqual(await pool.map(square, items), items.map((x) => x * x)); // prettier-ignore
      assert.deepEqual(await listOf(pool.imap(square, items, { chunksize: 7 })), items.map((x) => x * x)); // prettier-ignore
      assert.deepEqual(await pool.starmap(Math.pow, [[2, 5]]), [32]);
      async function* three() {
        yield* [1, 2, 3];
      }
      assert.deepEqual(await listOf(pool.imap(three, [0, 0])), [1, 2, 3, 1, 2, 3]);
      const list = [1];
      await pool.apply((given: number[]) => given.push(2), [list]);
      assert.deepEqual(list, [1]);
      await assert.rejects(pool.apply(() => new WeakMap()), { code: 'ERR_RESULT_CANNOT_TRAVEL' }); // prettier-ignore
      const reports: unknown[] = [];
      const work = async () => {
        currentTask()!.report('half');
        const { signal } = currentTask()!;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      };
      const controller = new AbortController();
      const task = pool.apply(work, [], { signal: controller.signal, onReport: (report) => reports.push(report) });
      assert.ok(await until(() => reports.length === 1));
      controller.abort();
      await assert.rejects(task, { name: 'AbortError' });
      assert.equal(await pool.apply(square, [3]), 9);
      pool.close();
      await pool.join();
      await assert.rejects(pool.apply(square, [3]), { code: 'ERR_POOL_NOT_RUNNING' });
    });
  },
);
