/** Semaphores: permits, bounds, and texts. */

import assert from 'node:assert/strict';
import { ValueError } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';
import { timeOf } from '../../support/time.js';
import { until } from '../../support/wait.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { BoundedSemaphore, Event, Process, Queue, Semaphore, Value } = context;

  test('semaphore-001 permits are taken and given back, without an upper bound', async () => {
    const semaphore = new Semaphore(2);
    assert.equal(semaphore.getValue(), 2);
    assert.equal(await semaphore.acquire(), true);
    assert.equal(semaphore.getValue(), 1);
    assert.equal(semaphore.acquireSync(), true);
    assert.equal(semaphore.getValue(), 0);
    assert.equal(semaphore.locked(), true);
    assert.equal(await semaphore.acquire({ block: false }), false);
    assert.equal(semaphore.acquireSync({ block: false }), false);
    for (const value of [1, 2, 3, 4]) {
      assert.equal(semaphore.release(), undefined);
      assert.equal(semaphore.getValue(), value);
    }
    semaphore.release(3);
    assert.equal(semaphore.getValue(), 7);
    assert.equal(new Semaphore().getValue(), 1);
  });

  test('semaphore-003 a timeout ends the wait', async () => {
    const semaphore = new Semaphore(0);
    const waits: [atLeast: number, wait: () => boolean | Promise<boolean>][] = [
      [0, () => semaphore.acquire({ block: false })],
      [0, () => semaphore.acquireSync({ block: false })],
      [0, () => semaphore.acquireSync({ block: false, timeout: 60_000 })],
      [0, () => semaphore.acquire({ timeout: -1 })],
      [99, () => semaphore.acquire({ timeout: 100 })],
      [99, () => semaphore.acquireSync({ timeout: 100 })],
    ];
    for (const [atLeast, wait] of waits) {
      const took = await timeOf(async () => assert.equal(await wait(), false));
      assert.ok(took >= atLeast && took < 30_000, `${took} ms: ${String(wait)}`);
    }
    await assert.rejects(semaphore.acquire({ timeout: {} as never }), { code: 'ERR_TIMEOUT_VALUE' });
  });

  test('semaphore-004 the value and the text of semaphores', () => {
    assert.equal(String(new Semaphore(3)), '<Semaphore(value=3)>');
    const bounded = new BoundedSemaphore(3);
    bounded.acquireSync();
    assert.equal(bounded.getValue(), 2);
    assert.equal(String(bounded), '<BoundedSemaphore(value=2, maxvalue=3)>');
    assert.ok(bounded instanceof Semaphore);
  });

  test('a bounded semaphore has never more permits than at first', async () => {
    for (let limit = 1; limit < 10; limit++) {
      const semaphore = new BoundedSemaphore(limit);
      for (let taken = 0; taken < limit; taken++) await semaphore.acquire();
      semaphore.release(limit);
      const tooMany = { name: 'ValueError', code: 'ERR_SEMAPHORE_BOUND' };
      assert.throws(() => semaphore.release(), tooMany);
      await semaphore.acquire();
      assert.throws(() => semaphore.release(2), tooMany);
      assert.equal(semaphore.getValue(), limit - 1);
    }
  });

  test('what is no number of permits is refused', () => {
    for (const value of [-1, 1.5, NaN, '1', null, 2 ** 31]) {
      assert.throws(() => new Semaphore(value as number), { name: 'ValueError', code: 'ERR_SEMAPHORE_VALUE' });
      assert.throws(() => new BoundedSemaphore(value as number), ValueError);
    }
    const semaphore = new Semaphore(0);
    for (const count of [0, -1, 0.5, 'all']) {
      assert.throws(() => semaphore.release(count as number), { name: 'ValueError', code: 'ERR_SEMAPHORE_VALUE' });
    }
    semaphore.release(2 ** 31 - 1);
    assert.throws(() => semaphore.release(), { code: 'ERR_SEMAPHORE_BOUND' });
    assert.equal(semaphore.getValue(), 2 ** 31 - 1);
  });

  test('as many processes and coroutines as there are permits are inside, blocking and awaiting, and no more', async () => {
    const semaphore = new Semaphore(3);
    const [inside, most, done] = [new Value('i', 0), new Value('i', 0), new Value('i', 0)];
    const step = (by: number) => {
      using _held = inside.getLock().holdSync();
      inside.value += by;
      most.value = Math.max(most.value, inside.value);
      if (by < 0) done.value++;
    };
    const work = async (blocking: boolean) => {
      for (let round = 0; round < 200; round++) {
        using _held = blocking && mayBlock ? semaphore.holdSync() : await semaphore.hold();
        step(1);
        if (!blocking) await new Promise(setImmediate);
        step(-1);
      }
    };
    const children = [true, false, true].map((blocking) => new Process({ target: work, args: [blocking] }));
    for (const child of children) await child.start();
    await Promise.all([work(false), work(false), work(false), work(false)]);
    for (const child of children) await child.join();
    assert.deepEqual([done.value, most.value, inside.value, semaphore.getValue()], [1400, 3, 0, 3]);
  });

  test('a semaphore of 0 counts signals from others', async () => {
    const [semaphore, taken] = [new Semaphore(0), new Value('i', 0)];
    const over = new Event();
    const consume = async (blocking: boolean) => {
      for (;;) {
        if (blocking && mayBlock) semaphore.acquireSync();
        else await semaphore.acquire();
        if (over.isSet()) return;
        using _held = taken.getLock().holdSync();
        taken.value++;
      }
    };
    const children = [true, false].map((blocking) => new Process({ target: consume, args: [blocking] }));
    for (const child of children) await child.start();
    for (let signal = 0; signal < 100; signal++) semaphore.release();
    semaphore.release(50);
    assert.ok(await until(() => taken.value === 150));
    over.set();
    semaphore.release(2);
    for (const child of children) await child.join();
    assert.deepEqual([taken.value, semaphore.getValue()], [150, 0]);
  });

  test('whoever releases what others hold takes nothing from those who acquire at that moment', async () => {
    const rounds = 20_000;
    const [semaphore, taken] = [new Semaphore(0), new Value('i', 0, { lock: false })];
    const consume = async () => {
      for (let round = 0; round < rounds; round++) {
        if (!(mayBlock ? semaphore.acquireSync({ timeout: 20_000 }) : await semaphore.acquire({ timeout: 20_000 })))
          return;
        taken.value++;
      }
    };
    const child = new Process({ target: consume });
    await child.start();
    for (let round = 0; round < rounds; round++) semaphore.release();
    await child.join();
    assert.deepEqual([taken.value, semaphore.getValue()], [rounds, 0]);
  });

  test('a semaphore travels, bounded as it is', async () => {
    const [seats, results, released] = [new BoundedSemaphore(1), new Queue<unknown>(), new Event()];
    const child = new Process({
      target: async (given: InstanceType<typeof Semaphore>) => {
        await given.acquire();
        await results.put([given instanceof BoundedSemaphore, String(seats)]);
        await released.wait(); // at its end it would give back itself what it holds
      },
      args: [seats],
    });
    await child.start();
    assert.deepEqual(await results.get(), [true, '<BoundedSemaphore(value=0, maxvalue=1)>']);
    seats.release(); // what another process has acquired
    released.set();
    await child.join();
    assert.equal(seats.getValue(), 1);
    assert.throws(() => seats.release(), { code: 'ERR_SEMAPHORE_BOUND' });
  });
});
