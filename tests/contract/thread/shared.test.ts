/** What threads share with each other and with processes, and what each has for itself. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Array as SharedArray, Lock, OwnerDiedError, Pool, Process, Queue, Value } from 'manyfold';
import { local, Thread } from 'manyfold/threading';
import { guard } from '../../support/guard.js';
import { until } from '../../support/wait.js';

guard();

// What the first process opens is not a test's leak.
before(async () => {
  const first = new Process({ target: () => {} });
  await first.start();
  await first.join();
});

async function ran(...threads: Thread[]): Promise<void> {
  for (const thread of threads) await thread.start();
  for (const thread of threads) await thread.join();
}

test('thread_lock-004 thread_lock-009 a lock is one for all threads, and any of them may release it', async () => {
  const lock = new Lock();
  const seen = new Queue();
  assert.ok(lock.acquireSync({ block: false }));
  const target = () => {
    seen.putSync(lock.acquireSync({ block: false }));
    lock.release();
  };
  await ran(new Thread({ target }));
  assert.equal(await seen.get(), false);
  assert.ok(!lock.locked());
});

test('thread_lock-005 those who block for a lock go on one after the other', async () => {
  const lock = new Lock();
  const count = new Value('i', 0);
  lock.acquireSync();
  const target = async () => {
    using _held = await lock.hold();
    count.value += 1;
  };
  const blocking = () => {
    using _held = lock.holdSync();
    count.value += 1;
  };
  const threads = [target, blocking, target, blocking, blocking].map((run) => new Thread({ target: run }));
  for (const thread of threads) await thread.start();
  assert.equal(count.value, 0);
  lock.release();
  for (const thread of threads) await thread.join();
  assert.equal(count.value, 5);
});

test('threads and processes share the same lock, value, array and queue', async () => {
  const [lock, value, array, queue] = [new Lock(), new Value('i', 0), new SharedArray('i', 4), new Queue<number>()];
  const work = (place: number) => {
    for (let n = 0; n < 1000; n++) {
      lock.acquireSync();
      value.value += 1;
      lock.release();
    }
    array[place] = place * 10;
    queue.putSync(place);
  };
  const workers = [0, 1].map((place) => new Thread({ target: work, args: [place] }));
  const children = [2, 3].map((place) => new Process({ target: work, args: [place] }));
  for (const one of [...workers, ...children]) await one.start();
  for (const one of [...workers, ...children]) await one.join();
  assert.equal(value.value, 4000);
  assert.deepEqual([...array], [0, 10, 20, 30]);
  const got = [await queue.get(), await queue.get(), await queue.get(), await queue.get()];
  assert.deepEqual(
    got.toSorted((a, b) => a - b),
    [0, 1, 2, 3],
  );
});

test('large messages go between threads', async () => {
  const [there, back] = [new Queue<Uint8Array>(), new Queue<number>()];
  const thread = new Thread({
    target: async () => back.putSync((await there.get()).reduce((sum, byte) => sum + byte, 0)),
  });
  await thread.start();
  await there.put(new Uint8Array(3_000_000).fill(2));
  assert.equal(await back.get(), 6_000_000);
  await thread.join();
});

test('a thread that ends while it holds a lock leaves it to the next, who is told', async () => {
  const lock = new Lock();
  await ran(
    new Thread({
      target: () => {
        lock.acquireSync();
        process.exit(0);
      },
    }),
  );
  await assert.rejects(lock.acquire(), OwnerDiedError);
  assert.ok(await lock.acquire());
  lock.release();
});

test('whoever waits for a thread that is gone is not left waiting', async () => {
  const lock = new Lock();
  const thread = new Thread({
    target: async () => {
      lock.acquireSync();
      await new Promise((resolve) => setTimeout(resolve, 10));
      process.exit(0);
    },
  });
  await thread.start();
  assert.ok(await until(() => lock.locked()));
  assert.throws(() => lock.acquireSync(), OwnerDiedError);
  await thread.join();
});

test('a thread starts threads, processes and pools of its own', async () => {
  const queue = new Queue();
  await ran(
    new Thread({
      target: async () => {
        const inner = new Thread({ target: () => queue.putSync('thread') });
        await inner.start();
        await inner.join();
        const child = new Process({ target: () => queue.putSync('process') });
        await child.start();
        await child.join();
        await using pool = new Pool(1);
        queue.putSync(await pool.map((n: number) => n * 2, [1, 2]));
      },
    }),
  );
  assert.deepEqual([await queue.get(), await queue.get(), await queue.get()], ['thread', 'process', [2, 4]]);
});

test('a child process starts threads', async () => {
  const queue = new Queue();
  const child = new Process({
    target: async () => {
      const thread = new Thread({ target: () => queue.putSync(process.pid) });
      await thread.start();
      await thread.join();
    },
  });
  await child.start();
  assert.equal(await queue.get(), child.pid);
  await child.join();
  assert.equal(child.exitCode, 0);
});

test('thread_timer_local-004 what one thread sets another does not see', async () => {
  const mine = new local() as local & { count?: number };
  mine.count = 1;
  const queue = new Queue();
  await ran(
    new Thread({
      target: () => {
        queue.putSync(mine.count ?? 'missing');
        mine.count = 5;
        queue.putSync(mine.count);
      },
    }),
  );
  assert.deepEqual([await queue.get(), await queue.get(), mine.count], ['missing', 5, 1]);
});

test('thread_timer_local-005 thread_timer_local-006 thread_timer_local-007 a class of your own is made once in each thread', async () => {
  const queue = new Queue();
  class Connection extends local {
    readonly made: string;
    uses = 0;
    constructor(address: string) {
      super(address);
      this.made = `${address} in ${process.pid}`;
    }
  }
  const connection = new Connection('db');
  connection.uses = 7;
  const use = (given: Connection) => {
    connection.uses++;
    given.uses++;
    queue.putSync([connection === given, connection.made, connection.uses]);
  };
  await ran(new Thread({ target: use, args: [connection] }));
  assert.deepEqual(await queue.get(), [true, `db in ${process.pid}`, 2]);
  assert.equal(connection.uses, 7);
  assert.throws(() => new local('argument'), { name: 'TypeError', code: 'ERR_LOCAL_ARGS' });
});
