/** Tasks that are cancelled or take too long: nobody waits for them, and nothing else is hit. */

import assert from 'node:assert/strict';
import { currentTask, WorkerCrashedError } from 'manyfold';
import { sleep } from 'manyfold/coroutines';
import { because, eachMethod } from '../../support/methods.js';
import { byTheClock } from '../../support/time.js';
import { pauseSync, until } from '../../support/wait.js';

const spin = () => {
  for (;;);
};

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const { Lock, Pool, Value } = context;

  test('a queued task is dropped by its signal, and never runs', async () => {
    await using pool = new Pool(1);
    const gate = new Lock();
    const ran = new Value('i', 0);
    gate.acquireSync();
    const first = pool.apply(() => gate.acquire());
    const controller = new AbortController();
    const count = () => (ran.value += 1);
    const queued = [1, 2, 3].map(() => pool.apply(count, [], { signal: controller.signal }));
    const last = pool.apply(() => ran.value);
    controller.abort(new RangeError('not wanted'));
    for (const task of queued) await assert.rejects(task, { name: 'RangeError', message: 'not wanted' });
    gate.release();
    assert.equal(await first, true);
    assert.equal(await last, 0);
    await assert.rejects(pool.apply(count, [], { signal: controller.signal }), RangeError);
    await assert.rejects(pool.map(count, [1], { signal: controller.signal }), RangeError);
  });

  test(
    'a running task sees its signal, also in a loop that never awaits, and keeps its worker',
    { not: { coroutine: because.oneThread } },
    async () => {
      await using pool = new Pool(1, { graceMs: 60_000 });
      const runs = new Value('i', 0);
      const busy = () => {
        const { signal } = currentTask()!;
        runs.value++;
        while (!signal.aborted);
        runs.value++;
      };
      const waiting = async () => {
        const { signal } = currentTask()!;
        runs.value++;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        runs.value++;
        signal.throwIfAborted();
      };
      const pid = await pool.apply(() => process.pid);
      for (const [round, target] of [busy, waiting].entries()) {
        const controller = new AbortController();
        const task = pool.apply<[], unknown>(target, [], { signal: controller.signal });
        assert.ok(await until(() => runs.value === 2 * round + 1));
        controller.abort();
        await assert.rejects(task, { name: 'AbortError' });
        assert.ok(await until(() => runs.value === 2 * round + 2));
      }
      assert.equal(await pool.apply(() => process.pid), pid);
    },
  );

  test('the signal of a task that is over says nothing of the next one', async () => {
    await using pool = new Pool(1, { graceMs: 60_000 });
    const runs = new Value('i', 0);
    const seen = new Value('i', -1);
    await pool.apply(() => void ((globalThis as { signal?: AbortSignal }).signal = currentTask()!.signal));
    const controller = new AbortController();
    const next = async () => {
      const { signal } = currentTask()!;
      runs.value++;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      seen.value = Number((globalThis as { signal?: AbortSignal }).signal!.aborted);
    };
    const task = pool.apply(next, [], { signal: controller.signal });
    assert.ok(await until(() => runs.value === 1));
    controller.abort();
    await assert.rejects(task, { name: 'AbortError' });
    assert.ok(await until(() => seen.value !== -1));
    assert.equal(seen.value, 0);
  });

  test(
    'a task that does not end is killed with its worker after the time of grace; another worker goes on',
    { not: { thread: because.threadsShare, coroutine: because.oneThread } },
    async () => {
      await using pool = new Pool(1, { graceMs: 20 });
      const pid = await pool.apply(() => process.pid);
      const controller = new AbortController();
      const task = pool.apply(spin, [], { signal: controller.signal });
      const next = pool.apply(() => process.pid);
      assert.ok(await until(() => pool.stats().running === 1));
      controller.abort();
      await assert.rejects(task, { name: 'AbortError' });
      assert.notEqual(await next, pid);
      assert.equal(pool.stats().cancelled, 1);
    },
  );

  test('a timeout counts from the start of the task, not from when it was asked for', async () => {
    await using pool = new Pool(1, { graceMs: 20 });
    await pool.apply(sleep, [0]);
    await byTheClock('ERR_TASK_TIMEOUT', () => {
      void pool.apply(sleep, [800]);
      return pool.apply(sleep, [0], { timeout: 700 }); // it has waited longer than that
    });
    const endless = method === 'coroutine' ? () => sleep(60_000) : spin;
    await assert.rejects(pool.apply(endless, [], { timeout: 30 }), { name: 'TimeoutError', code: 'ERR_TASK_TIMEOUT' });
    assert.equal(await pool.apply(() => 1), 1);
  });

  test('a task that is done in time is not given up by a process that was held up itself', async () => {
    await using pool = new Pool(1, { graceMs: 20 });
    await pool.apply(sleep, [0]);
    await byTheClock('ERR_TASK_TIMEOUT', async () => {
      const task = pool.apply(sleep, [10], { timeout: 300 });
      await new Promise(setImmediate);
      pauseSync(600);
      await task;
    });
  });

  test('a timeout of map is for each item: a chunk may take longer', async () => {
    await using pool = new Pool(1, { graceMs: 20 });
    await pool.apply(sleep, [0]);
    await byTheClock('ERR_TASK_TIMEOUT', () =>
      pool.map(sleep, [150, 150, 150, 150, 150, 150], { chunksize: 6, timeout: 700 }),
    );
    const mixed = pool.map(sleep, [0, 100_000, 0], { chunksize: 1, timeout: 50 });
    await assert.rejects(mixed, { code: 'ERR_TASK_TIMEOUT' });
    assert.equal(await pool.apply(() => 1), 1);
  });

  test('the signal of a map ends it at once, and its chunks', async () => {
    await using pool = new Pool(2, { graceMs: 20 });
    const controller = new AbortController();
    function* endless() {
      for (let x = 0; ; x++) yield x;
    }
    const mapping = pool.map((x: number) => x, endless(), { chunksize: 1, signal: controller.signal });
    assert.ok(await until(() => pool.stats().done > 100));
    controller.abort();
    await assert.rejects(mapping, { name: 'AbortError' });
    assert.ok(await until(() => pool.stats().queued + pool.stats().running === 0));
    const lasting = method === 'coroutine' ? () => sleep(60_000) : spin;
    const spinning = pool.map(lasting, [1, 2, 3, 4], { chunksize: 1, signal: AbortSignal.timeout(30) });
    await assert.rejects(spinning, { name: 'TimeoutError' });
    assert.deepEqual(await pool.map((x: number) => x + 1, [1, 2]), [2, 3]);
  });

  test('imap: a signal ends the loop with its reason', async () => {
    await using pool = new Pool(2);
    const controller = new AbortController();
    const read = async () => {
      let count = 0;
      const items = Array.from({ length: 10_000 }, (_, item) => item);
      for await (const _ of pool.imap((x: number) => x, items, { signal: controller.signal })) {
        if (++count === 100) controller.abort(new RangeError('enough'));
      }
    };
    await assert.rejects(read(), { message: 'enough' });
    assert.equal(await pool.apply(() => 1), 1);
  });

  test('leaving a loop early cancels what is under way', { not: { coroutine: because.oneThread } }, async () => {
    await using pool = new Pool(2, { graceMs: 20 });
    const begun = new Value('i', 0);
    const work = (x: number) => {
      if (x === 0) return x;
      Atomics.add(new Int32Array(1), 0, 0);
      begun.value = 1;
      for (;;);
    };
    for await (const x of pool.imap(work, [0, 1, 2, 3, 4, 5])) {
      assert.equal(x, 0);
      assert.ok(await until(() => begun.value === 1));
      break;
    }
    assert.equal(await pool.apply(() => 1), 1);
    assert.ok(await until(() => pool.stats().running + pool.stats().queued === 0));
  });

  test(
    'a kill hits only the task that it is meant for, whenever the task ends',
    { not: { coroutine: because.oneThread } },
    async () => {
      await using pool = new Pool(2, { graceMs: 0 });
      const work = (milliseconds: number) => {
        const end = performance.now() + milliseconds;
        while (performance.now() < end);
        return milliseconds;
      };
      let killed = 0;
      for (let round = 0; round < 60; round++) {
        const controller = new AbortController();
        const doomed = pool.apply(work, [2], { signal: controller.signal });
        const others = Array.from({ length: 4 }, (_, each) => pool.apply(work, [each / 4]));
        setTimeout(() => controller.abort(), round % 6);
        await doomed.catch((error: Error) => {
          assert.equal(error.name, 'AbortError');
          killed++;
        });
        // No WorkerCrashedError among them.
        assert.deepEqual(await Promise.all(others), [0, 0.25, 0.5, 0.75]);
      }
      assert.ok(killed > 0);
    },
  );

  test('a task outside of a pool has no current task; one that has ended is over', async () => {
    assert.equal(currentTask(), null);
    await using pool = new Pool(1);
    const keep = () => void Object.assign(globalThis, { kept: currentTask() });
    await pool.apply(keep);
    const late = () => (globalThis as unknown as { kept: { report(value: unknown): void } }).kept.report(1);
    await assert.rejects(pool.apply(late), { name: 'RuntimeError', code: 'ERR_TASK_OVER' });
  });

  test(
    'retries: a task whose worker dies is run anew, so many times',
    { not: { thread: because.threadsShare, coroutine: 'a coroutine pool has no workers' } },
    async () => {
      await using pool = new Pool(2);
      const tries = new Value('i', 0);
      const fragile = (deaths: number) => {
        tries.value++;
        if (tries.value <= deaths) process.kill(process.pid, 'SIGKILL');
        return tries.value;
      };
      assert.equal(await pool.apply(fragile, [2], { retries: 2 }), 3);
      tries.value = 0;
      await assert.rejects(pool.apply(fragile, [2], { retries: 1 }), WorkerCrashedError);
      tries.value = 0;
      assert.deepEqual(await pool.map(fragile, [1], { retries: 1 }), [2]);
    },
  );

  test(
    'terminate() ends tasks that never would, also those that ignore SIGTERM',
    { not: { coroutine: because.oneThread } },
    async () => {
      const pool = new Pool(2, { graceMs: 50 });
      const stubborn = () => {
        process.on('SIGTERM', () => {});
        for (;;);
      };
      const tasks = [pool.apply(stubborn), pool.apply(spin)];
      const outcomes = Promise.allSettled(tasks);
      assert.ok(await until(() => pool.stats().running === 2));
      pool.terminate();
      await pool.join();
      for (const outcome of await outcomes) assert.equal(outcome.status, 'rejected');
    },
  );
});
