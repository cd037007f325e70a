/** What becomes of the locks that a coroutine holds when it ends. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Lock, OwnerDiedError, Process, Queue, RLock } from 'manyfold';
import { sleep, spawn } from 'manyfold/coroutines';

import { guard } from '../../support/guard.js';

guard();

// What the first process opens is not a test's leak.
before(async () => {
  const first = new Process({ target: () => {} });
  await first.start();
  await first.join();
});

const kinds = {
  Lock: (recover: boolean) => new Lock({ recover }),
  RLock: (recover: boolean) => new RLock({ recover }),
};

const died = { name: 'OwnerDiedError', code: 'ERR_OWNER_DIED' };

for (const [name, make] of Object.entries(kinds)) {
  /** One that has acquired the lock, and gives nothing back by itself. */
  const holder = async (lock: Lock | RLock) => {
    const task = spawn(async () => {
      await lock.acquire();
      await sleep(60_000);
    });
    while (!lock.locked()) await sleep(1);
    return { task }; // a task itself would be awaited
  };

  test(`a ${name} that a killed coroutine leaves is handed on to the next coroutine, once`, async () => {
    const lock = make(false);
    const { task } = await holder(lock);
    const [next, last] = [spawn(() => lock.acquire()), spawn(() => lock.acquire())];
    await sleep(1);
    task.kill();
    await assert.rejects(next.get(), died);
    assert.equal(await last, true);
  });

  test(`a ${name} that a killed coroutine leaves is handed on to another process`, async () => {
    const lock = make(false);
    const news = new Queue<string>();
    const { task } = await holder(lock);
    const child = new Process({
      target: async () => {
        await news.put('waits');
        await lock.acquire().catch((error: Error) => news.put(error.name));
        using _held = await lock.hold();
      },
    });
    await child.start();
    assert.equal(await news.get(), 'waits');
    await sleep(5);
    task.kill();
    assert.equal(await news.get(), 'OwnerDiedError');
    await child.join();
    assert.equal(child.exitCode, 0);
    assert.equal(lock.locked(), false);
  });

  test(`a ${name} made to recover is taken over, and knows it`, async () => {
    const lock = make(true);
    (await holder(lock)).task.kill();
    assert.equal(await lock.acquire(), true);
    assert.equal(lock.recovered, true);
    lock.release();
    assert.equal(lock.recovered, false);
  });

  test(`a ${name} that a failing coroutine leaves is handed on; one that was given back is not`, async () => {
    const lock = make(false);
    const fail = async (givesBack: boolean) => {
      await lock.acquire();
      if (givesBack) lock.release();
      throw new Error('failed');
    };
    await assert.rejects(spawn(fail, false).get(), /failed/);
    await assert.rejects(lock.acquire(), OwnerDiedError);
    await assert.rejects(spawn(fail, true).get(), /failed/);
    assert.equal(await lock.acquire(), true);
    lock.release();
  });
}

test('a Lock that a coroutine returns with stays locked: anybody may release it', async () => {
  const lock = new Lock();
  await spawn(() => lock.acquire());
  assert.equal(await lock.acquire({ timeout: 5 }), false);
  lock.release();
  const again = spawn(async () => {
    await lock.acquire();
    await sleep(60_000);
  });
  while (!lock.locked()) await sleep(1);
  lock.release(); // it is not the coroutine's any more
  await lock.acquire();
  again.kill();
  await again.join();
  assert.equal(lock.locked(), true);
  lock.release();
});

test('an RLock that a coroutine returns with is handed on: nobody else could release it', async () => {
  const lock = new RLock();
  await spawn(() => lock.acquire());
  await assert.rejects(lock.acquire(), died);
  assert.equal(await lock.acquire(), true);
  lock.release();
});
