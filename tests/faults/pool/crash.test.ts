/** Workers that die. */

import assert from 'node:assert/strict';
import { WorkerCrashedError } from 'manyfold';
import { eachMethod } from '../../support/methods.js';
import { Random } from '../../support/random.js';

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const { Pool, Value } = context;

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const) {
    test(`a worker that ${signal} ends fails its task with pid and signal, and the other tasks go on`, async () => {
      await using pool = new Pool(2);
      const pid = new Value('i', 0);
      const dying = pool.apply(
        (how: NodeJS.Signals) => {
          pid.value = process.pid;
          return process.kill(process.pid, how) && new Promise(() => setInterval(() => {}, 1000));
        },
        [signal],
      );
      const others = pool.map((x: number) => x + 1, [1, 2, 3, 4], { chunksize: 1 });
      const error: unknown = await dying.catch((caught: unknown) => caught);
      assert.ok(error instanceof WorkerCrashedError, String(error));
      assert.deepEqual([error.pid, error.signal, error.exitCode], [pid.value, signal, null]);
      assert.match(error.message, new RegExp(`${signal} while it had the task in hand`));
      assert.deepEqual(await others, [2, 3, 4, 5]);
    });
  }

  test('pool-040 pool-041 a worker that leaves by process.exit fails its task with the exit code', async () => {
    await using pool = new Pool(1);
    await assert.rejects(
      pool.apply(() => process.exit(7)),
      { code: 'ERR_WORKER_CRASHED', exitCode: 7, signal: null },
    );
    await assert.rejects(
      pool.apply(() => process.exit(0)),
      { code: 'ERR_WORKER_CRASHED', exitCode: 0 },
    );
    assert.equal(await pool.apply(() => 1), 1);
  });

  test('an idle worker that is killed is replaced, any number of times', async () => {
    await using pool = new Pool(1);
    const pids = new Set<number>();
    for (let round = 0; round < 8; round++) {
      const pid = await pool.apply(() => process.pid);
      assert.ok(!pids.has(pid));
      pids.add(pid);
      process.kill(pid, 'SIGKILL');
      // The task after it may be the one that the dying worker has just taken.
      await pool.apply(() => 1).catch((error: unknown) => assert.ok(error instanceof WorkerCrashedError));
    }
  });

  test('a task that is left to a worker that is killed while it looks for one goes to another', async () => {
    await using pool = new Pool(2);
    const pidOf = () => process.pid;
    for (let round = method === 'spawn' ? 5 : 50; round > 0; round--) {
      // It has just answered, and so looks for the next task by itself: the pool calls nobody for that.
      const pid = await pool.apply(pidOf);
      process.kill(pid, 'SIGKILL');
      await pool.apply(pidOf).catch((error: unknown) => assert.ok(error instanceof WorkerCrashedError));
    }
  });

  test('workers that are killed at random lose only the tasks they had in hand', async () => {
    const random = Random.printed();
    const count = method === 'spawn' ? 600 : 2000;
    const ran = new context.SharedArray('B', count);
    const pids = new context.SharedArray('i', 8);
    const place = new context.SharedArray('i', 1);
    // Without a lock: one that is killed while it holds one would, rightly, be the next initializer's error.
    const initializer = () => {
      pids[Atomics.add(place, 0, 1) % 8] = process.pid;
    };
    await using pool = new Pool(8, { initializer });
    const work = (x: number) => {
      ran[x]! += 1;
      const until = performance.now() + 0.3;
      while (performance.now() < until);
      return x;
    };
    let settled = 0;
    const tasks = Array.from({ length: count }, (_, x) => {
      const task = pool.apply(work, [x]);
      const note = () => settled++;
      task.then(note, note);
      return task;
    });
    const outcomes = Promise.allSettled(tasks);
    let kills = 0;
    const most = method === 'spawn' ? 6 : 25;
    const goesOn = () => kills < most && settled < count;
    while (goesOn()) {
      await new Promise((resolve) => setTimeout(resolve, 2 + random.below(8)));
      const pid = pids[random.below(8)]!;
      if (pid === 0) continue;
      try {
        process.kill(pid, 'SIGKILL');
        kills++;
      } catch {
        // One that has been killed before, and whose place another has taken.
      }
    }
    let crashed = 0;
    for (const [x, outcome] of (await outcomes).entries()) {
      if (outcome.status === 'fulfilled') assert.equal(outcome.value, x);
      else {
        assert.ok(outcome.reason instanceof WorkerCrashedError, String(outcome.reason));
        crashed++;
      }
    }
    assert.equal(settled, count);
    assert.ok(crashed <= kills, `${crashed} tasks lost by ${kills} kills`);
    // No task has run twice.
    assert.ok(ran.every((times) => times <= 1));
  });
});
