/** Coroutines that run by themselves: how they begin, how they end, and how they are killed. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { CancelledError, Lock, Process, Queue as SharedQueue } from 'manyfold';
import { currentTask, Event, joinAll, Queue, sleep, spawn, wait } from 'manyfold/coroutines';
import { guard } from '../../support/guard.js';
import { programFolder, runProgram } from '../../support/program.js';

guard();

// What the first process opens is not a test's leak.
before(async () => {
  const first = new Process({ target: () => {} });
  await first.start();
  await first.join();
});

function newGate() {
  let resolve = () => {};
  const promise = new Promise<void>((open) => (resolve = open));
  return { promise, resolve };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a task begins after the one who spawned it goes on, and has the value of its function', async () => {
  const steps: string[] = [];
  const task = spawn(
    async (a: number, b: number) => {
      steps.push('runs');
      await sleep(0);
      return a + b;
    },
    1,
    2,
  );
  steps.push('spawned');
  assert.equal(task.ready(), false);
  assert.equal(task.value, undefined);
  await task.join();
  assert.deepEqual(steps, ['spawned', 'runs']);
  assert.deepEqual([task.ready(), task.successful(), task.killed(), task.value], [true, true, false, 3]);
  assert.equal(await task, 3);
  assert.equal(await task.get(), 3);
});

test('an error goes to whoever waits for the result, and join only waits', async () => {
  const task = spawn(async () => {
    throw new RangeError('too far');
  });
  await assert.rejects(task.get(), RangeError);
  await task.join();
  assert.deepEqual([task.ready(), task.successful(), task.value], [true, false, undefined]);
  assert.match(String(task.exception), /too far/);
  await assert.rejects(async () => await task, RangeError);
});

test('an error that nobody waits for is written to stderr, and ends nothing', async () => {
  using folder = programFolder({
    'main.mjs': `
      import { spawn, sleep } from 'manyfold/coroutines';
      spawn(async function fetchPage() { throw new Error('no page'); });
      await sleep(1);
      console.log('still here');
    `,
  });
  const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
  assert.equal(stdout, 'still here\n');
  assert.match(stderr, /^Exception in coroutine Task-1 \(fetchPage\):\nError: no page\n\s+at fetchPage/);
  assert.equal(code, 0);
});

test('join and get have limits', async () => {
  const task = spawn(sleep, 60_000);
  await task.join({ timeout: 5 });
  assert.equal(task.ready(), false);
  await assert.rejects(task.get({ timeout: 5 }), { name: 'TimeoutError', code: 'ERR_TIMED_OUT' });
  await assert.rejects(task.join({ signal: AbortSignal.abort(new Error('no')) }), /no/);
  await assert.rejects(task.join({ timeout: -1 }), { code: 'ERR_TIMEOUT_NEGATIVE' });
  task.kill();
  await task.join();
});

test('what is spawned is a function', () => {
  assert.throws(() => spawn('f' as never), { name: 'TypeError', code: 'ERR_TARGET' });
});

test('a killed task ends in its wait, and gives back what it holds', async () => {
  const lock = new Lock();
  const cleaned: string[] = [];
  const holder = spawn(async () => {
    using _held = await lock.hold();
    try {
      await sleep(60_000);
    } finally {
      await sleep(1); // one who cleans up waits in peace
      cleaned.push('up');
    }
  });
  await turn();
  assert.ok(lock.locked());
  holder.kill();
  holder.kill();
  await assert.rejects(holder.get(), { name: 'CancelledError', code: 'ERR_TASK_KILLED' });
  assert.ok(holder.killed());
  assert.deepEqual(cleaned, ['up']);
  assert.equal(lock.locked(), false);
});

test('a task that is killed while it waits for a lock leaves the line', async () => {
  const lock = new Lock();
  await lock.acquire();
  const first = spawn(() => lock.acquire());
  const second = spawn(() => lock.acquire());
  await turn();
  first.kill();
  await first.join();
  lock.release();
  assert.equal(await second, true);
  assert.ok(first.killed());
  lock.release();
});

test('every wait of the library ends with its task', async () => {
  const child = new Process({ target: () => new Promise((resolve) => setTimeout(resolve, 60_000)) });
  await child.start();
  const local = new Queue<number>(1);
  const shared = new SharedQueue<number>();
  const event = new Event();
  const other = spawn(sleep, 60_000);
  const waits = [
    () => local.get(),
    () => shared.get(),
    () => event.wait(),
    () => other.join(),
    () => other,
    () => joinAll([other]),
    () => child.join(),
    () => sleep(60_000),
  ];
  const tasks = waits.map((target) => spawn(async () => await target()));
  await sleep(5);
  for (const task of tasks) task.kill();
  await joinAll(tasks);
  assert.ok(tasks.every((task) => task.killed()));
  assert.equal(other.ready(), false);
  other.kill();
  child.kill();
  await child.join();
});

test('a task that has not begun never does, and one that does not wait goes on to its next wait', async () => {
  let runs = 0;
  const early = spawn(() => runs++);
  early.kill();
  await early.join();
  assert.equal(runs, 0);

  const gate = newGate();
  const busy = spawn(async () => {
    await gate.promise; // no wait of the library
    runs++;
    await sleep(0);
    runs++;
  });
  await turn();
  busy.kill();
  await turn();
  assert.equal(busy.ready(), false);
  gate.resolve();
  await busy.join();
  assert.equal(runs, 1);
  assert.ok(busy.killed());
});

test('a task may go on after it was killed, if it catches the error', async () => {
  const task = spawn(async () => {
    try {
      await sleep(60_000);
    } catch (error) {
      assert.ok(error instanceof CancelledError);
    }
    await sleep(1);
    return 'survived';
  });
  await turn();
  task.kill();
  assert.equal(await task, 'survived');
  assert.equal(task.killed(), false);
});

test('a reason of your own, and a signal for waits of others', async () => {
  const reason = new Error('not needed any more');
  const task = spawn(
    () =>
      new Promise((_, reject) => {
        const { signal } = currentTask()!;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  await turn();
  task.kill(reason);
  await assert.rejects(task.get(), /not needed any more/);
  assert.ok(task.killed());
});

test('await using kills at the end of a block', async () => {
  let ended = false;
  {
    await using _held = spawn(async () => {
      try {
        await sleep(60_000);
      } finally {
        ended = true;
      }
    });
    await turn();
  }
  assert.ok(ended);
});

test('each task knows itself', async () => {
  assert.equal(currentTask(), undefined);
  const task = spawn(async () => {
    await sleep(0);
    return [currentTask()];
  });
  assert.equal((await task)[0], task);
});

test('wait gives what is ready, as soon as it is enough or the time is over', async () => {
  const event = new Event();
  const quick = spawn(sleep, 1);
  const slow = spawn(sleep, 60_000);
  assert.deepEqual(await wait([slow, quick, event], { count: 1 }), [quick]);
  event.set();
  assert.deepEqual(await wait([slow, quick, event], { timeout: 5 }), [quick, event]);
  assert.deepEqual(await wait([slow], { timeout: 0 }), []);
  slow.kill();
  assert.deepEqual(await wait([slow, event]), [event, slow]);
});

test('joinAll waits for all, and throws what one has thrown if that is wanted', async () => {
  const fine = spawn(() => 1);
  const bad = spawn(() => {
    throw new Error('bad');
  });
  const failed = bad.get().catch(() => {});
  assert.deepEqual((await joinAll([bad, fine])).length, 2);
  await assert.rejects(joinAll([fine, bad], { raiseError: true }), /bad/);
  await failed;
});

test('an event lets all who wait go on', async () => {
  const event = new Event();
  const waiting = Array.from({ length: 5 }, () => spawn(() => event.wait()));
  assert.equal(await event.wait({ timeout: 1 }), false);
  event.set();
  event.clear();
  assert.deepEqual(
    await Promise.all(waiting),
    Array.from({ length: 5 }, () => true),
  );
  assert.equal(event.isSet(), false);
});
