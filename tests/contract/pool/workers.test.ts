/** How workers come, rest, grow old and are followed. */

import assert from 'node:assert/strict';
import { because, eachMethod } from '../../support/methods.js';
import { programFolder, runProgram, startProgram } from '../../support/program.js';
import { until } from '../../support/wait.js';

const pidOf = () => process.pid;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

eachMethod(
  ['forkserver', 'spawn', 'thread'],
  { coroutine: 'a coroutine pool has no workers' },
  (method, context, test) => {
    const { Pool, Value } = context;

    test('workers are started at once, or when there is work for them', async () => {
      await using eager = new Pool(3);
      assert.equal(eager.stats().workers, 3);
      await using lazy = new Pool(3, { lazy: true });
      assert.equal(lazy.stats().workers, 0);
      await lazy.apply(pidOf);
      await lazy.apply(pidOf);
      assert.equal(lazy.stats().workers, 1);
      await Promise.all([1, 2, 3, 4, 5].map(() => lazy.apply(sleep, [20])));
      assert.equal(lazy.stats().workers, 3);
    });

    test(
      'idleTimeout: workers without work end, and come back',
      { not: { thread: 'the workers of a thread pool have one pid' } },
      async () => {
        await using pool = new Pool(2, { idleTimeout: 30 });
        const first = await pool.apply(pidOf);
        assert.ok(await until(() => pool.stats().workers === 0));
        for (let round = 0; round < 5; round++) {
          assert.notEqual(await pool.apply(pidOf), first);
          await sleep(25 + 2 * round); // about when the worker is going to leave
        }
        assert.deepEqual(await pool.map((x: number) => x, [1, 2, 3]), [1, 2, 3]);
      },
    );

    test(
      'maxTasksPerChild: the next worker is ready when the last task is done, and waits for its turn',
      { not: { thread: 'the workers of a thread pool have one pid' } },
      async () => {
        const inside = new Value('i', 0);
        const most = new Value('i', 0);
        const alone = async () => {
          {
            using _held = inside.getLock().holdSync();
            inside.value++;
            most.value = Math.max(most.value, inside.value);
          }
          await new Promise((resolve) => setTimeout(resolve, 3));
          using _held = inside.getLock().holdSync();
          inside.value--;
          return process.pid;
        };
        await using pool = new Pool(1, { maxTasksPerChild: 2 });
        const pids = await pool.map(alone, Array.from({ length: 12 }), { chunksize: 1 });
        assert.equal(new Set(pids).size, 6);
        assert.equal(most.value, 1);
      },
    );

    test(
      'pool-049 a chunk is one task: six items, two tasks to a worker',
      { not: { thread: 'the workers of a thread pool have one pid' } },
      async () => {
        for (const [chunksize, workers] of [
          [1, 3],
          [3, 1],
        ] as const) {
          await using pool = new Pool(1, { maxTasksPerChild: 2 });
          const pids = await pool.map(pidOf, Array.from({ length: 6 }), { chunksize });
          assert.equal(new Set(pids).size, workers);
        }
      },
    );

    test(
      'maxAge and maxRss: an old or a large worker is replaced, busy or idle, and no task is lost',
      { not: { thread: 'the workers of a thread pool have one pid' } },
      async () => {
        await using old = new Pool(1, { maxAge: 40 });
        const first = await old.apply(pidOf);
        assert.ok(await until(async () => (await old.apply(pidOf)) !== first));
        const second = await old.apply(pidOf);
        const started = old.stats().workersStarted;
        assert.ok(await until(() => old.stats().workersStarted >= started + 2)); // nothing is asked for meanwhile
        assert.notEqual(await old.apply(pidOf), second);
        await using large = new Pool(1, { maxRss: 1 });
        const pids = new Set<number>();
        assert.ok(await until(async () => pids.add(await large.apply(pidOf)).size >= 3));
      },
    );

    test(
      'memoryLimit: what a task cannot get fails it; what its engine cannot get ends its worker, and the error says so',
      { not: { thread: because.threadsShare } },
      async () => {
        await using pool = new Pool(1, { memoryLimit: 250 * 2 ** 20, stdio: 'ignore' });
        const fill = () => {
          const buffers = [];
          for (;;) buffers.push(new Uint8Array(20_000_000));
        };
        const isOutOfMemory = (error: unknown) =>
          error instanceof RangeError || (error as { outOfMemory?: boolean }).outOfMemory === true;
        // Which of the two depends on the engine: V8 of Node 26 gives up at once.
        await assert.rejects(pool.apply(fill), isOutOfMemory);
        const grow = () => {
          const objects: unknown[] = [];
          for (;;) objects.push({ text: [objects.length] });
        };
        const error = (await pool.apply(grow).catch((caught: unknown) => caught)) as Record<string, unknown>;
        assert.equal(error['code'], 'ERR_WORKER_CRASHED', String(error));
        assert.equal(error['outOfMemory'], true);
        assert.match(String(error['message']), /: grow; it had run out of memory$/);
        assert.equal(await pool.apply(() => 1), 1);
      },
    );

    test('pool-035 a pool in a worker of a pool: it works, and takes its part of the processors', async () => {
      await using pool = new Pool(2);
      const nested = async (x: number) => {
        const { getContext } = await import('manyfold');
        await using inner = new (getContext().Pool)();
        const sizes = inner.stats().workers;
        return [sizes, ...(await inner.map((y: number) => x * y, [1, 2, 3]))];
      };
      const { cpuCount } = context;
      const share = Math.max(1, Math.floor(cpuCount() / 2));
      assert.deepEqual(await pool.map(nested, [10, 20, 30, 40], { chunksize: 1 }), [
        [share, 10, 20, 30],
        [share, 20, 40, 60],
        [share, 30, 60, 90],
        [share, 40, 80, 120],
      ]);
    });

    if (method === 'forkserver') {
      // A fresh Node takes as much memory as twenty forked ones: two hundred of them are no test of this library.
      test('pool-036 two hundred workers', async () => {
        await using pool = new Pool(200);
        const items = Array.from({ length: 1000 }, (_, item) => item);
        const squares = await pool.map((x: number) => x * x, items);
        assert.equal(
          squares.reduce((sum, x) => sum + x),
          332_833_500,
        );
        assert.equal(pool.stats().workers, 200);
      });
    }

    test('pool-033 the initializer runs once in each worker', async () => {
      const count = new Value('i', 0);
      const initializer = (by: number) => {
        using _held = count.getLock().holdSync();
        count.value += by;
      };
      await using pool = new Pool(1, { initializer, initargs: [1] });
      await pool.map(pidOf, Array.from({ length: 10 }), { chunksize: 1 });
      assert.equal(count.value, 1);
    });

    test('a pool that nobody can reach any more finishes its work, and ends', async () => {
      using folder = programFolder({
        'main.mjs': `
        import { getContext } from 'manyfold';
        import v8 from 'node:v8';
        import vm from 'node:vm';
        v8.setFlagsFromString('--expose-gc');
        const gc = vm.runInNewContext('gc');
        const { Pool, activeChildren } = getContext('${method}');
        const use = () => new Pool(2).apply((x) => x + 1, [1]);
        console.log(await use());
        for (let round = 0; activeChildren().length > 0 && round < 500; round++) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          gc();
        }
        console.log(activeChildren().length);`,
      });
      const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
      assert.deepEqual([stdout, stderr], ['2\n0\n', '']);
    });

    test('Ctrl-C ends everything at once, quietly, and a shell sees 130', async () => {
      using folder = programFolder({
        'main.mjs': `
        import { getContext } from 'manyfold';
        const pool = new (getContext('${method}').Pool)(2);
        const spin = () => { for (;;); };
        const tasks = [pool.apply(spin), pool.apply(() => new Promise(() => setInterval(() => {}, 1000)))];
        while (pool.stats().running < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        console.log('running');
        await Promise.all(tasks);`,
        // A shell of its own group, as a terminal would have it: Ctrl-C is a signal to all of them.
        'terminal.mjs': `
        import { spawn } from 'node:child_process';
        const shell = spawn('sh', ['-c', 'trap : INT; "$0" main.mjs; echo "code $?"', process.execPath], {
          cwd: import.meta.dirname ?? new URL('.', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'], detached: true,
        });
        shell.stdout.setEncoding('utf8').on('data', (text) => {
          process.stdout.write(text);
          if (text.includes('running')) process.kill(-shell.pid, 'SIGINT');
        });`,
      });
      await using program = startProgram(folder.file('terminal.mjs'));
      const { stdout, stderr } = await program.ended;
      assert.deepEqual([stdout, stderr], ['running\ncode 130\n', '']);
    });
  },
);
