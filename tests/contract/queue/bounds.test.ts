/** How many items a queue holds, and what becomes of those who wait for one or for room. */

import assert from 'node:assert/strict';
import { Empty, Full } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';

/** Milliseconds that something took. */
async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Process, Queue } = context;

  test('queue-001 six puts fill a queue of six', async () => {
    const queue = new Queue<number>(6);
    assert.ok(queue.empty() && !queue.full());
    await queue.put(1);
    queue.putSync(2);
    await queue.put(3, { block: false });
    queue.putSync(4, { timeout: 10_000 });
    queue.putNowait(5);
    await queue.put(6, { block: true });
    assert.ok(!queue.empty() && queue.full());
  });

  test('queue-002 a full queue throws Full at once where nobody wants to wait', async () => {
    const queue = new Queue<number>(1);
    queue.putNowait(1);
    await assert.rejects(queue.put(2, { block: false }), Full);
    await assert.rejects(queue.put(2, { block: false, timeout: 60_000 }), Full);
    assert.throws(() => queue.putNowait(2), Full);
    assert.throws(() => queue.putSync(2, { timeout: -1 }), { name: 'Full', code: 'ERR_QUEUE_FULL' });
    assert.equal(queue.qsize(), 1);
  });

  test('queue-003 queue-007 queue-016 a wait for room or an item ends with its timeout', async () => {
    const queue = new Queue<number>(1);
    const waits = [
      () => assert.rejects(queue.get({ timeout: 100 }), Empty),
      () => assert.throws(() => queue.getSync({ timeout: 100 }), Empty),
      () => queue.putNowait(1),
      () => assert.rejects(queue.put(2, { timeout: 100 }), Full),
      () => assert.throws(() => queue.putSync(2, { timeout: 100 }), Full),
    ];
    for (const wait of waits) {
      const took = await time(wait);
      assert.ok(wait === waits[2] || (took >= 99 && took < 30_000), `${took} ms: ${String(wait)}`);
    }
  });

  test('queue-006 an empty queue throws Empty at once where nobody wants to wait', async () => {
    const queue = new Queue<number>();
    await assert.rejects(queue.get({ block: false }), Empty);
    await assert.rejects(queue.get({ block: false, timeout: 60_000 }), Empty);
    assert.throws(() => queue.getNowait(), { name: 'Empty', code: 'ERR_QUEUE_EMPTY' });
    assert.throws(() => queue.getSync({ timeout: 0 }), Empty);
  });

  test('queue-005 what a child has put comes with each way to get it', async () => {
    const queue = new Queue<number>();
    const process = new Process({
      target: () => {
        for (const item of [2, 3, 4, 5, 6]) queue.putSync(item);
      },
    });
    await process.start();
    await process.join();
    assert.equal(queue.getNowait(), 2);
    assert.equal(await queue.get({ block: true }), 3);
    assert.equal(queue.getSync(), 4);
    assert.equal(await queue.get({ timeout: 10_000 }), 5);
    assert.equal(queue.getSync({ timeout: 10_000 }), 6);
  });

  test('queue-010 queue-011 qsize follows each put and get at once', async () => {
    const queue = new Queue<number>();
    const sizes = [queue.qsize()];
    for (const step of [() => queue.put(1), () => queue.put(2), () => queue.get(), () => queue.get()]) {
      await step();
      sizes.push(queue.qsize());
    }
    assert.deepEqual(sizes, [0, 1, 2, 1, 0]);
  });

  test('queue-027 a maxsize of 0 or less sets no bound', async () => {
    for (const maxsize of [0, -1]) {
      const queue = new Queue<number>(maxsize);
      for (let item = 0; item < 10_000; item++) queue.putNowait(item);
      assert.ok(!queue.full());
      assert.equal(queue.qsize(), 10_000);
    }
  });

  test('a maxsize or a timeout that is no number is refused at once, and takes and stores nothing', async () => {
    for (const wrong of ['3', Number.NaN, {}, []] as never[]) {
      for (const Kind of [Queue, context.JoinableQueue])
        assert.throws(() => new Kind(wrong), { name: 'TypeError', code: 'ERR_QUEUE_MAXSIZE' });
      const queue = new Queue<number>();
      const refused = { name: 'TypeError', code: 'ERR_TIMEOUT_VALUE' };
      await assert.rejects(queue.put(1, { timeout: wrong }), refused);
      assert.throws(() => queue.putSync(1, { timeout: wrong }), refused);
      assert.equal(queue.qsize(), 0);
      queue.putNowait(1);
      await assert.rejects(queue.get({ timeout: wrong }), refused);
      assert.throws(() => queue.getSync({ timeout: wrong }), refused);
      assert.equal(queue.qsize(), 1);
    }
  });

  test('a full queue holds its producers back, blocking and awaiting, and each of their items comes', async () => {
    const queue = new Queue<number>(2);
    const produce = async (blocking: boolean) => {
      for (let item = 1; item <= 300; item++) {
        if (blocking && mayBlock) queue.putSync(item);
        else await queue.put(item);
      }
    };
    const producers = [true, false].map((blocking) => new Process({ target: produce, args: [blocking] }));
    for (const producer of producers) await producer.start();
    let sum = 0;
    for (let count = 0; count < 600; count++) {
      assert.ok(queue.qsize() <= 2);
      sum += await queue.get();
    }
    for (const producer of producers) await producer.join();
    assert.equal(sum, 300 * 301);
  });

  test('many coroutines that wait for room store each their own item', async () => {
    const queue = new Queue<string>(1);
    const puts = Array.from({ length: 50 }, (_, item) => queue.put(`item ${item}`));
    const got: string[] = [];
    for (let count = 0; count < 50; count++) got.push(await queue.get());
    await Promise.all(puts);
    assert.deepEqual(
      got,
      Array.from({ length: 50 }, (_, item) => `item ${item}`),
    );
  });

  test('an AbortSignal ends a wait with its reason, and takes no item', async () => {
    const queue = new Queue<number>(1);
    const abort = new AbortController();
    const getting = queue.get({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await assert.rejects(getting, { message: 'enough' });
    await assert.rejects(queue.get({ signal: abort.signal }), { message: 'enough' });
    await queue.put(1);
    const other = new AbortController();
    const putting = queue.put(2, { signal: other.signal });
    other.abort(new Error('enough again'));
    await assert.rejects(putting, { message: 'enough again' });
    assert.deepEqual([await queue.get(), queue.qsize()], [1, 0]);
  });
});
