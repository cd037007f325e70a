/** The members of a lock, and the ways it travels. */

import assert from 'node:assert/strict';
import { Lock, ValueError } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';
import { timeOf } from '../../support/time.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Process, Queue } = context;

  test('lock-001 acquire, locked, release, and a release too many', async () => {
    const lock = new Lock();
    assert.equal(lock.locked(), false);
    assert.equal(await lock.acquire(), true);
    assert.equal(lock.locked(), true);
    assert.equal(await lock.acquire({ block: false }), false);
    assert.equal(lock.acquireSync({ block: false }), false);
    assert.equal(lock.release(), undefined);
    assert.equal(lock.locked(), false);
    const tooMany = { message: 'semaphore or lock released too many times', code: 'ERR_LOCK_NOT_HELD' };
    assert.throws(() => lock.release(), tooMany);
    assert.throws(() => lock.release(), ValueError);
    assert.equal(lock.acquireSync(), true);
    lock.release();
  });

  test('lock-011 a timeout ends the wait; negative is none; without block there is no wait', async () => {
    const lock = new Lock();
    lock.acquireSync();
    const waits: [atLeast: number, wait: () => boolean | Promise<boolean>][] = [
      [0, () => lock.acquire({ block: false, timeout: 60_000 })],
      [0, () => lock.acquire({ timeout: -1 })],
      [0, () => lock.acquireSync({ timeout: -1 })],
      [99, () => lock.acquire({ timeout: 100 })],
      [99, () => lock.acquireSync({ timeout: 100 })],
    ];
    for (const [atLeast, wait] of waits) {
      const took = await timeOf(async () => assert.equal(await wait(), false));
      assert.ok(took >= atLeast && took < 30_000, `${took} ms: ${String(wait)}`);
    }
    await assert.rejects(lock.acquire({ timeout: 'soon' as never }), { code: 'ERR_TIMEOUT_VALUE' });
    lock.release();
  });

  test('lock-005 hold() and holdSync() release at the end of the block, also when it throws', async () => {
    const lock = new Lock();
    {
      using _held = await lock.hold();
      assert.ok(lock.locked());
    }
    assert.equal(lock.locked(), false);
    const fail = () => {
      using _held = lock.holdSync();
      throw new Error('inside');
    };
    assert.throws(fail, { message: 'inside' });
    assert.equal(lock.locked(), false);
  });

  test('lock-003 lock-009 a child’s lock is held for everybody, and anybody may release it', async () => {
    const lock = new Lock();
    const seen = new Queue<boolean>();
    const process = new Process({
      target: async () => {
        await lock.acquire();
        await seen.put(lock.locked());
        await lock.acquire(); // until the parent has released it
        lock.release();
      },
    });
    await process.start();
    assert.equal(await seen.get(), true);
    assert.equal(lock.locked(), true);
    lock.release();
    await process.join();
    assert.equal(process.exitCode, 0);
    assert.equal(lock.locked(), false);
  });

  test('an AbortSignal ends a wait with its reason, and the next one in line gets the lock', async () => {
    const lock = new Lock();
    await lock.acquire();
    const abort = new AbortController();
    const first = lock.acquire({ signal: abort.signal });
    const second = lock.acquire();
    abort.abort(new Error('enough'));
    await assert.rejects(first, { message: 'enough' });
    lock.release();
    assert.equal(await second, true);
    await assert.rejects(lock.hold({ signal: abort.signal }), { message: 'enough' });
    lock.release();
    // One that is aborted when it has been called already passes the call on.
    await lock.acquire();
    const late = new AbortController();
    const called = lock.acquire({ signal: late.signal });
    const next = lock.acquire();
    lock.release();
    late.abort(new Error('too late'));
    await assert.rejects(called, { message: 'too late' });
    assert.equal(await next, true);
    lock.release();
  });

  test('a lock travels in args, a closure, an object, a queue and a pipe, and is the same everywhere', async () => {
    const lock = new Lock();
    const queue = new Queue<Lock>();
    const [here, there] = context.Pipe<Lock, boolean>();
    const look = async (given: Lock, inside: { locks: Map<string, Lock> }) => {
      const locks = [given, lock, inside.locks.get('it')!, await queue.get(), await there.recv()];
      await there.send(locks.every((each) => each instanceof Lock && each.locked()));
      for (const each of locks) {
        if (mayBlock) each.acquireSync();
        else await each.acquire();
        await there.send(true);
      }
    };
    const process = new Process({ target: look, args: [lock, { locks: new Map([['it', lock]]) }] });
    await lock.acquire();
    await process.start();
    await queue.put(lock);
    await here.send(lock);
    assert.equal(await here.recv(), true);
    for (let each = 0; each < 5; each++) {
      assert.equal(await here.poll(), false);
      lock.release();
      assert.equal(await here.recv(), true);
      assert.ok(lock.locked());
    }
    await process.join();
    here.close();
    there.close();
  });
});
