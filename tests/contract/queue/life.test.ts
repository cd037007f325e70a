/** Who made a queue, who uses it, and who is gone. */

import assert from 'node:assert/strict';
import { because, eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';
import { until } from '../../support/wait.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { Process, Queue, SimpleQueue } = context;

  test(
    'what a producer has put is there, though it ended at once',
    { not: { coroutine: because.wholeProcess } },
    async () => {
      const queue = new Queue<Uint8Array>();
      const produce = () => {
        queue.putSync(new Uint8Array(3_000_000).fill(7));
        process.exit(0);
      };
      const producer = new Process({ target: produce });
      await producer.start();
      await producer.join();
      const bytes = await queue.get();
      assert.equal(bytes.length, 3_000_000);
      assert.ok(bytes.every((byte) => byte === 7));
    },
  );

  test('queue-009 items put before the start and by the child come once, in order', async () => {
    const queue = new Queue<number>();
    for (let item = 0; item < 10; item++) await queue.put(item);
    const produce = async () => {
      for (let item = 10; item < 20; item++) await queue.put(item);
    };
    const producer = new Process({ target: produce });
    await producer.start();
    await producer.join();
    for (let item = 0; item < 20; item++) assert.equal(queue.getNowait(), item);
    assert.ok(queue.empty());
  });

  test('queue-022 queue-023 simplequeue-002 a closed queue refuses, and closes twice', async () => {
    const queue = new Queue<number>();
    await assert.rejects(queue.joinThread(), { name: 'AssertionError' });
    queue.close();
    queue.close();
    await queue.joinThread();
    queue.cancelJoinThread();
    const closed = { name: 'ValueError', code: 'ERR_QUEUE_CLOSED', message: 'Queue is closed' };
    await assert.rejects(queue.put(1), closed);
    await assert.rejects(queue.get(), closed);
    assert.throws(() => queue.putSync(1), closed);
    assert.throws(() => queue.getSync(), closed);
    const simple = new SimpleQueue<number>();
    simple.close();
    simple.close();
    await assert.rejects(simple.get(), closed);
  });

  test(
    'queue-024 close() is this process’s own affair: others go on, and what was put stays',
    { not: { coroutine: because.notCopied } },
    async () => {
      const queue = new Queue<number>();
      const sum = new Queue<number>();
      const consumer = new Process({ target: async () => sum.put((await queue.get()) + (await queue.get())) });
      await queue.put(1);
      await consumer.start();
      const producer = new Process({ target: () => queue.put(2) });
      await producer.start();
      queue.close();
      assert.equal(await sum.get(), 3);
      await consumer.join();
      await producer.join();
    },
  );

  test('a get that waits when its own process closes the queue ends with an error', async () => {
    const queue = new Queue<number>();
    const getting = queue.get();
    queue.close();
    await assert.rejects(getting, { code: 'ERR_QUEUE_CLOSED' });
    const full = new Queue<number>(1);
    await full.put(1);
    const putting = full.put(2);
    full.close();
    await assert.rejects(putting, { code: 'ERR_QUEUE_CLOSED' });
  });

  test('two objects of one queue: closing one ends its own waits, wherever they stand, and no others', async () => {
    const queue = new Queue<number>(1);
    const carrier = new SimpleQueue<typeof queue>();
    await carrier.put(queue);
    const other = await carrier.get();
    const gets = [other.get(), queue.get(), other.get(), queue.get()];
    queue.close();
    await assert.rejects(gets[1]!, { code: 'ERR_QUEUE_CLOSED' });
    await assert.rejects(gets[3]!, { code: 'ERR_QUEUE_CLOSED' });
    const puts = [other.put(1), other.put(2)];
    assert.deepEqual(await Promise.all([gets[0], gets[2]]), [1, 2]);
    await Promise.all(puts);
  });

  test('queue-021 simplequeue-003 simplequeue-004 empty() of a closed queue is an OSError; both directions are closed', async () => {
    const queue = new Queue<number>();
    await queue.put(1);
    queue.close();
    await queue.joinThread();
    queue.joinThreadSync();
    const simple = new SimpleQueue<number>();
    simple.close();
    for (const closed of [queue, simple]) {
      assert.throws(() => closed.empty(), { name: 'OSError', message: /is closed/ });
      await assert.rejects(closed.put(1), { code: 'ERR_QUEUE_CLOSED' });
      await assert.rejects(closed.get(), { code: 'ERR_QUEUE_CLOSED' });
    }
  });

  test('queue-015 a module that uses a queue while it is being imported does not get stuck', async () => {
    using folder = programFolder({
      'main.mjs': `import { Queue } from 'manyfold';
        const queue = new Queue();
        await queue.put(1);
        const { got } = await import('./imported.mjs?' + 1).then((module) => module.use(queue));
        console.log(got);`,
      'imported.mjs': `import { Queue, Process } from 'manyfold';
        const own = new Queue();
        await own.put('x');
        await own.get();
        own.putSync('y');
        own.getSync();
        export const use = async (queue) => ({ got: await queue.get({ timeout: 10_000 }) });`,
    });
    const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
    assert.deepEqual([stdout, stderr, code], ['1\n', '', 0]);
  });

  test('queue-025 a producer that leaves 10 MB behind ends at once', async () => {
    const queue = new Queue<Uint8Array>();
    const producer = new Process({
      target: () => {
        queue.putSync(new Uint8Array(10 * 2 ** 20));
        queue.cancelJoinThread();
      },
    });
    await producer.start();
    await producer.join({ timeout: 10_000 });
    assert.equal(producer.exitCode, 0);
    assert.equal((await queue.get()).length, 10 * 2 ** 20);
  });

  test('asynchronous iteration gives the items as they come, until the queue is closed', async () => {
    const queue = new Queue<number>();
    const produce = async () => {
      for (let item = 1; item <= 100; item++) await queue.put(item);
    };
    const producer = new Process({ target: produce });
    await producer.start();
    let sum = 0;
    for await (const item of queue) {
      sum += item;
      if (item === 100) queue.close();
    }
    assert.equal(sum, 5050);
    await producer.join();
  });

  test('closing a queue ends an iteration that waits for an item', async () => {
    const queue = new Queue<number>();
    const collect = async () => {
      const items = [];
      for await (const item of queue) items.push(item);
      return items;
    };
    const collecting = collect();
    await queue.put(1);
    assert.ok(await until(() => queue.empty()));
    queue.close();
    assert.deepEqual(await collecting, [1]);
  });

  test('a program ends although nobody has emptied its queue', async () => {
    const queue = new Queue<string>();
    const producer = new Process({ target: () => queue.put('unread'.repeat(100_000)) });
    await producer.start();
    await producer.join();
    assert.equal(producer.exitCode, 0);
    assert.equal(queue.qsize(), 1);
  });
});
