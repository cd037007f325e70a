/** Queues that know when everything has been dealt with. */

import assert from 'node:assert/strict';
import { ProcessError, ValueError } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';
import { promptly } from '../../support/time.js';
import { until } from '../../support/wait.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { JoinableQueue, Process, Queue } = context;

  test('join waits until each item has been reported as done, awaiting and blocking', async () => {
    const queue = new JoinableQueue<number | null>(3);
    const squares = new Queue<number>();
    const work = async () => {
      for await (const item of queue) {
        if (item !== null) squares.putSync(item * item);
        queue.taskDone();
        if (item === null) return;
      }
    };
    const workers = [0, 1].map(() => new Process({ target: work }));
    for (const worker of workers) await worker.start();
    for (let item = 0; item < 20; item++) await queue.put(item);
    await queue.join();
    assert.equal(squares.qsize(), 20);
    for (let item = 0; item < 10; item++) {
      if (mayBlock) queue.putSync(item);
      else await queue.put(item);
    }
    if (mayBlock) queue.joinSync();
    else await queue.join();
    assert.equal(squares.qsize(), 30);
    await queue.put(null);
    await queue.put(null);
    await queue.join();
    for (const worker of workers) await worker.join();
    await queue.join(); // nothing is unfinished: at once
  });

  test('queue-013 taskDone said too often is an error, by whichever process', async () => {
    const queue = new JoinableQueue<number>();
    const wanted = { name: 'ValueError', code: 'ERR_TASK_DONE', message: 'taskDone() called too many times' };
    assert.throws(() => queue.taskDone(), wanted);
    await queue.put(1);
    assert.equal(await queue.get(), 1);
    const child = new Process({ target: () => queue.taskDone() });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    await queue.join();
    assert.throws(() => queue.taskDone(), ValueError);
  });

  test('several wait for the same end; an abort ends one of these waits', async () => {
    const queue = new JoinableQueue<number>();
    await queue.put(1);
    const abort = new AbortController();
    const aborted = queue.join({ signal: abort.signal });
    const joined = Promise.all([queue.join(), queue.join()]);
    abort.abort(new Error('enough'));
    await assert.rejects(aborted, { message: 'enough' });
    queue.getNowait();
    queue.taskDone();
    await joined;
  });

  test('it is a Queue in everything else, also as an argument', async () => {
    const queue = new JoinableQueue<string>(1);
    assert.ok(queue instanceof Queue);
    const child = new Process({
      target: (given) => {
        given.putSync('put by a child');
        return given.join();
      },
      args: [queue],
    });
    await child.start();
    assert.ok(await until(() => queue.full()));
    assert.equal(await queue.get(), 'put by a child');
    queue.taskDone();
    await child.join();
    assert.equal(child.exitCode, 0);
    queue.close();
    await assert.rejects(queue.put('more'), { code: 'ERR_QUEUE_CLOSED' });
  });

  for (const how of ['awaiting', 'blocking'] as const) {
    test(
      `a consumer that is killed with items in hand: join tells of the loss, once (${how})`,
      { not: { coroutine: 'what a coroutine has in hand, its thread has: nothing of it is lost with a coroutine' } },
      promptly(async (soon) => {
        const queue = new JoinableQueue<number>();
        const place = new Queue<number>();
        for (let item = 0; item < 3; item++) await queue.put(item);
        const consumer = new Process({
          target: async () => {
            await queue.get();
            queue.taskDone();
            await queue.get();
            await queue.get();
            await place.put(1);
            await new Promise(() => setInterval(() => {}, 1000));
          },
        });
        await consumer.start();
        await place.get();
        await queue.put(3);
        queue.getNowait();
        consumer.kill();
        queue.taskDone();
        const wanted = (error: ProcessError) => {
          assert.ok(error instanceof ProcessError);
          assert.equal(error.code, 'ERR_ITEMS_LOST');
          assert.match(error.message, /^2 items /);
          return true;
        };
        await soon(() => {
          if (how === 'blocking') return assert.throws(() => queue.joinSync(), wanted);
          return assert.rejects(queue.join(), wanted);
        });
        await consumer.join();
        await queue.join();
        await queue.put(4);
        assert.equal(queue.getNowait(), 4);
        queue.taskDone();
        await queue.join();
      }),
    );
  }

  test(
    'more consumers than one page of the account has room for, one after the other',
    { not: { coroutine: 'what a coroutine has in hand, its thread has: nothing of it is lost with a coroutine' } },
    async () => {
      const queue = new JoinableQueue<number>();
      const count = method === 'spawn' || method === 'thread' ? 4 : 70;
      for (let number = 0; number < count; number += 10) {
        const consumers = Array.from({ length: Math.min(10, count - number) }, () => {
          return new Process({ target: () => queue.get() });
        });
        for (const consumer of consumers) await consumer.start();
        for (let item = 0; item < consumers.length; item++) await queue.put(item + 1);
        for (const consumer of consumers) await consumer.join();
      }
      // Those who only take do not report.
      await assert.rejects(queue.join(), { code: 'ERR_ITEMS_LOST' });
    },
  );
});
