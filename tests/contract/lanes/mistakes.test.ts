/** The mistakes that everybody makes, in each lane: each is told at once, with its code, and leaves nothing half done. */

import assert from 'node:assert/strict';
import { AssertionError, currentProcess } from 'manyfold';
import { joinAll, Pool as CoroutinePool, Group, sleep, spawn } from 'manyfold/coroutines';
import { PriorityQueue, Queue as LocalQueue } from 'manyfold/queue';
import { Thread } from 'manyfold/threading';
import { eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { BoundedSemaphore, Condition, JoinableQueue, Lock, Process, Queue, RLock, SimpleQueue } = context;

  /** The codes of what each of these throws, in a child. */
  const codesInChild = async (mistakes: () => (() => unknown)[]): Promise<unknown[]> => {
    const codes = new SimpleQueue<unknown[]>();
    const child = new Process({
      target: async () => {
        const seen: unknown[] = [];
        for (const mistake of mistakes()) {
          try {
            seen.push(await mistake());
          } catch (error) {
            seen.push((error as { code: string }).code);
          }
        }
        await codes.put(seen);
      },
    });
    await child.start();
    const seen = await codes.get();
    await child.join();
    assert.equal(child.exitCode, 0);
    return seen;
  };

  test('joining oneself, and starting twice', async () => {
    const seen = await codesInChild(() => [
      () => currentProcess().join(),
      () => currentProcess().joinSync(),
      () => currentProcess().start(),
    ]);
    assert.deepEqual(seen.slice(0, 2), ['ERR_NOT_A_CHILD', 'ERR_NOT_A_CHILD']);
    assert.match(String(seen[2]), /^ERR_(PROCESS_STARTED_TWICE|NOT_A_CHILD)$/);
  });

  test('release without acquire, and notify without the lock', async () => {
    const [lock, rlock, bounded, condition] = [new Lock(), new RLock(), new BoundedSemaphore(2), new Condition()];
    const seen = await codesInChild(() => [
      () => lock.release(),
      () => rlock.release(),
      () => bounded.release(),
      () => condition.notify(),
      () => condition.notifyAll(),
      () => condition.wait(),
      () => condition.waitSync(),
    ]);
    assert.deepEqual(seen, [
      'ERR_LOCK_NOT_HELD',
      'ERR_LOCK_NOT_OWNED',
      'ERR_SEMAPHORE_BOUND',
      ...Array.from({ length: 4 }, () => 'ERR_LOCK_NOT_OWNED'),
    ]);
    // Nor while another one holds it.
    using _held = await condition.hold();
    assert.deepEqual(await codesInChild(() => [() => condition.notify(), () => condition.release()]), [
      'ERR_LOCK_NOT_OWNED',
      'ERR_LOCK_NOT_OWNED',
    ]);
    condition.notify();
  });

  test('taskDone too often, and items that have no order', async () => {
    const shared = new JoinableQueue<number>();
    const seen = await codesInChild(() => {
      const local = new LocalQueue<number>();
      const ordered = new PriorityQueue();
      ordered.putNowait({ a: 1 });
      return [
        () => shared.taskDone(),
        () => local.taskDone(),
        () => ordered.putNowait({ a: 2 }),
        () => ordered.put(1),
        () => ordered.qsize(),
      ];
    });
    assert.deepEqual(seen, ['ERR_TASK_DONE', 'ERR_TASK_DONE', 'ERR_NOT_COMPARABLE', 'ERR_NOT_COMPARABLE', 1]);
  });

  test('a negative maxsize is no bound; a negative timeout is none with multiprocessing, and a mistake with queue', async () => {
    const lock = new Lock();
    const queue = new Queue<number>(-1);
    await lock.acquire();
    const seen = await codesInChild(() => {
      const local = new LocalQueue<number>(-1);
      return [
        () => lock.acquire({ timeout: -1 }),
        () => lock.acquireSync({ timeout: -1 }),
        () => queue.get({ timeout: -1 }),
        () => queue.full(),
        () => local.full(),
        () => local.get({ timeout: -1 }),
        () => local.put(1, { timeout: -1 }),
        () => local.getSync({ timeout: -1 }),
        () => local.get({ block: false, timeout: -1 }), // not looked at
        () => sleep(-1),
      ];
    });
    lock.release();
    const negative = 'ERR_TIMEOUT_NEGATIVE';
    const empty = 'ERR_QUEUE_EMPTY';
    assert.deepEqual(seen, [false, false, empty, false, false, negative, negative, negative, empty, negative]);
  });

  test('an error that nobody catches ends the child alone, with code 1', async () => {
    const child = new Process({
      target: () => {
        throw new AssertionError('ERR_MINE', 'thrown for a test');
      },
    });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 1);
  });
});

eachMethod(['thread'], (_method, _context, test) => {
  test('a Thread joins itself, starts twice, and is joined before its start', async () => {
    const thread: Thread = new Thread({ target: () => {} });
    await assert.rejects(thread.join(), { name: 'RuntimeError', code: 'ERR_THREAD_NOT_STARTED' });
    await thread.start();
    await assert.rejects(thread.start(), { name: 'RuntimeError', code: 'ERR_THREAD_STARTED_TWICE' });
    await thread.join();
    await assert.rejects(thread.start(), { code: 'ERR_THREAD_STARTED_TWICE' });
  });
});

eachMethod(['coroutine'], (_method, _context, test) => {
  const itself = { name: 'RuntimeError', code: 'ERR_TASK_JOINS_ITSELF' };

  test('a coroutine that waits for its own end is told so, also through its group, its pool and joinAll', async () => {
    const pool = new CoroutinePool(2);
    const group = new Group();
    const waits: (() => Promise<unknown>)[] = [
      () => alone.join(),
      () => alone.get(),
      async () => await alone,
      () => joinAll([alone]),
      () => alone.join({ timeout: 1000 }),
    ];
    const alone = spawn(async () => {
      for (const wait of waits) await assert.rejects(wait(), itself);
    });
    await alone;
    const member = group.spawn(() => assert.rejects(group.join(), itself));
    await group.join();
    await member;
    await pool.spawn(() => assert.rejects(pool.join(), itself));
    await pool.join();
  });
});
