/** Coroutines that belong together, limits, and pools. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Group, Pool, sleep, spawn, Timeout, withTimeout } from 'manyfold/coroutines';
import { guard } from '../../support/guard.js';
import { programFolder, runProgram } from '../../support/program.js';

guard();

function newGate() {
  let resolve = () => {};
  const promise = new Promise<void>((open) => (resolve = open));
  return { promise, resolve };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a group waits for its children, also for those of its children', async () => {
  let ended = 0;
  const result = await Group.run(async (group) => {
    for (let n = 0; n < 3; n++) {
      group.spawn(async () => {
        await sleep(1);
        group.spawn(async () => {
          await sleep(1);
          ended++;
        });
      });
    }
    return 'done';
  });
  assert.deepEqual([result, ended], ['done', 3]);
});

test('when a child fails the others are killed, and the group throws the error', async () => {
  const ends: string[] = [];
  const sleeper = async (name: string) => {
    try {
      await sleep(60_000);
    } finally {
      ends.push(name);
    }
  };
  const running = Group.run(async (group) => {
    group.spawn(sleeper, 'a');
    group.spawn(sleeper, 'b');
    await sleep(1);
    group.spawn(() => {
      throw new RangeError('failed');
    });
    await sleep(60_000);
  });
  await assert.rejects(running, RangeError);
  assert.deepEqual(ends, ['a', 'b']);
  const group = new Group();
  group.spawn(sleeper, 'c');
  group.spawn(async () => {
    await turn();
    throw new RangeError('failed');
  });
  await assert.rejects(group.join(), RangeError);
  assert.deepEqual(ends, ['a', 'b', 'c']);
  assert.equal(group.size, 0);
});

test('when the body fails the children are killed', async () => {
  let ended = false;
  const body = async (group: Group) => {
    group.spawn(async () => {
      try {
        await sleep(60_000);
      } finally {
        ended = true;
      }
    });
    await turn();
    throw new Error('the body failed');
  };
  await assert.rejects(Group.run(body), /the body failed/);
  assert.ok(ended);
});

test('killing whoever waits for a group kills the group', async () => {
  const ends: number[] = [];
  const parent = spawn(() =>
    Group.run((group) => {
      for (const n of [1, 2]) {
        group.spawn(async () => {
          try {
            await sleep(60_000);
          } finally {
            ends.push(n);
          }
        });
      }
    }),
  );
  await sleep(1);
  parent.kill();
  await parent.join();
  assert.ok(parent.killed());
  assert.deepEqual(ends, [1, 2]);

  const inBlock = spawn(async () => {
    await using group = new Group();
    group.spawn(sleep, 60_000);
    await sleep(60_000);
  });
  await sleep(1);
  inBlock.kill();
  await inBlock.join();
  assert.ok(inBlock.killed());
});

test('a killed child is no failure, and a second error is not lost', async () => {
  const group = new Group();
  const child = group.spawn(sleep, 60_000);
  await turn();
  child.kill();
  await group.join();
  using folder = programFolder({
    'main.mjs': `
      import { Group, sleep } from 'manyfold/coroutines';
      const group = new Group();
      group.spawn(async () => { try { await sleep(60000); } finally { throw new Error('second'); } });
      group.spawn(async () => { await sleep(1); throw new Error('first'); });
      await group.join().catch((error) => console.log(error.message));
    `,
  });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
  assert.equal(stdout, 'first\n');
  assert.match(stderr, /^Exception in coroutine Task-1:\nError: second/);
});

test('a pool runs so many at a time, in order', async () => {
  const pool = new Pool(3);
  let inside = 0;
  let most = 0;
  const work = async (n: number) => {
    most = Math.max(most, ++inside);
    await sleep(n % 3);
    inside--;
    return n * n;
  };
  const items = Array.from({ length: 20 }, (_, n) => n);
  const results = await pool.map(work, items);
  assert.deepEqual(
    results,
    items.map((n) => n * n),
  );
  assert.equal(most, 3);
  assert.equal(pool.freeCount(), 3);
  const tasks = items.map((n) => pool.spawn(work, n));
  await pool.join();
  assert.ok(tasks.every((task) => task.successful()));
  assert.equal(most, 3);
});

test('a pool takes its items as it can use them, and its tasks fail on their own', async () => {
  const pool = new Pool(2);
  let drawn = 0;
  async function* items() {
    for (let n = 0; n < 10; n++) {
      drawn++;
      yield n;
      await sleep(0);
    }
  }
  let called = 0;
  const mapping = pool.map(async (n) => {
    called++;
    await sleep(1);
    if (n === 3) throw new RangeError('three');
    assert.ok(drawn <= called + 3, `${drawn} items drawn for ${called} calls`);
  }, items());
  await assert.rejects(mapping, RangeError);
  assert.equal(called, 10);
});

test('a pool that is killed ends also those that wait for a place', async () => {
  const pool = new Pool(1);
  const tasks = [1, 2, 3].map(() => pool.spawn(sleep, 60_000));
  await sleep(1);
  assert.equal(pool.freeCount(), 0);
  pool.kill();
  await pool.join();
  assert.ok(tasks.every((task) => task.killed()));
  assert.equal(pool.freeCount(), 1);
  assert.equal(await pool.spawn(() => 1), 1);
});

test('the size of a pool is a whole number', () => {
  for (const size of [0, -1, 1.5, Number.NaN, '2' as never]) {
    assert.throws(() => new Pool(size), { name: 'ValueError', code: 'ERR_POOL_SIZE' });
  }
});

test('a timeout ends the waits of its part, and its caller hears of it at once', async () => {
  let cleaned = false;
  const part = async () => {
    try {
      await sleep(60_000);
    } finally {
      cleaned = true;
    }
  };
  await assert.rejects(new Timeout(5).run(part), { name: 'TimeoutError', code: 'ERR_TIMED_OUT' });
  assert.ok(cleaned);
  await assert.rejects(
    withTimeout(5, () => new Promise(() => {})),
    { code: 'ERR_TIMED_OUT' },
  );
  assert.equal(await withTimeout(60_000, (a: number) => a + 1, 1), 2);
  await assert.rejects(
    withTimeout(60_000, () => Promise.reject(new RangeError('its own'))),
    RangeError,
  );
});

test('timeouts nest, and the end of a task reaches through them', async () => {
  const ends: string[] = [];
  const inner = async () => {
    try {
      await withTimeout(60_000, sleep, 60_000);
    } catch (error) {
      ends.push((error as { code: string }).code);
      throw error;
    }
  };
  await assert.rejects(withTimeout(5, inner), { code: 'ERR_TIMED_OUT' });
  const task = spawn(inner);
  await sleep(1);
  task.kill();
  await task.join();
  assert.ok(task.killed());
  assert.deepEqual(ends, ['ERR_TIMED_OUT', 'ERR_TASK_KILLED']);
});

test('an end that a part has not met is met by what comes after it', async () => {
  const gate = newGate();
  const task = spawn(async () => {
    await withTimeout(60_000, () => gate.promise);
    await sleep(60_000);
  });
  await turn();
  task.kill();
  gate.resolve();
  await task.join();
  assert.ok(task.killed());
});
