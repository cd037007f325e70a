/** What goes into a queue comes out of it: once, whole, and in the order of its producer. */

import assert from 'node:assert/strict';
import { because, eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { Process, Queue, SimpleQueue } = context;

  test('queue-029 items of one producer keep their order, with several producers at work', async () => {
    const queue = new Queue<[producer: number, item: number]>();
    const items = 2000;
    const produce = async (producer: number) => {
      for (let item = 0; item < items; item++) await queue.put([producer, item]);
    };
    const producers = [0, 1, 2].map((producer) => new Process({ target: produce, args: [producer] }));
    for (const producer of producers) await producer.start();
    const next = [0, 0, 0];
    for (let count = 0; count < 3 * items; count++) {
      const [producer, item] = await queue.get();
      assert.equal(item, next[producer]!++);
    }
    for (const producer of producers) await producer.join();
    assert.deepEqual(next, [items, items, items]);
    assert.ok(queue.empty());
  });

  test(
    '100,000 items from two blocking producers to two consumers, blocking and awaiting: none lost, none twice',
    { not: { coroutine: because.oneThread } },
    async () => {
      const queue = new Queue<number>(1000);
      const report = new Queue<{ count: number; sum: number; inOrder: boolean }>();
      const items = 50_000;
      const produce = (producer: number) => {
        for (let item = 0; item < items; item++) queue.putSync(producer * items + item);
      };
      const consume = async (blocking: boolean) => {
        const result = { count: 0, sum: 0, inOrder: true };
        const last = [-1, -1];
        for (;;) {
          const item = blocking ? queue.getSync() : await queue.get();
          if (item < 0) break;
          const producer = item < items ? 0 : 1;
          if (item <= last[producer]!) result.inOrder = false;
          last[producer] = item;
          result.count++;
          result.sum += item;
        }
        await report.put(result);
      };
      const consumers = [true, false].map((blocking) => new Process({ target: consume, args: [blocking] }));
      const producers = [0, 1].map((producer) => new Process({ target: produce, args: [producer] }));
      for (const process of [...consumers, ...producers]) await process.start();
      for (const producer of producers) await producer.join();
      await Promise.all(consumers.map(() => queue.put(-1)));
      const [one, other] = [await report.get(), await report.get()];
      for (const process of consumers) await process.join();
      assert.equal(one.count + other.count, 2 * items);
      // Each consumer saw rising numbers, so none of them twice; count and sum together then say that none is missing.
      assert.ok(one.inOrder && other.inOrder);
      assert.equal(one.sum + other.sum, items * (2 * items - 1));
      assert.ok(queue.empty());
    },
  );

  test('many coroutines that wait for items each get one of their own, whole', async () => {
    const queue = new Queue<string>();
    const coroutines = 200;
    const gets = Array.from({ length: coroutines }, () => queue.get());
    const produce = () => {
      for (let item = 0; item < 200; item++) queue.putSync(`item ${item}`);
    };
    const producer = new Process({ target: produce });
    await producer.start();
    const got = await Promise.all(gets);
    await producer.join();
    // Who came first is served first.
    assert.deepEqual(
      got,
      Array.from({ length: coroutines }, (_, item) => `item ${item}`),
    );
  });

  test('coroutines that wait on several queues do not see each other’s items', async () => {
    const queues = Array.from({ length: 8 }, () => new Queue<string>());
    const gets = queues.flatMap((queue, number) => [queue.get(), queue.get()].map((got) => ({ got, number })));
    const produce = () => {
      for (const [number, queue] of queues.entries()) {
        queue.putSync(`${number}`.repeat(40));
        queue.putSync(`${number}`.repeat(40));
      }
    };
    const producer = new Process({ target: produce });
    await producer.start();
    for (const { got, number } of gets) assert.equal(await got, `${number}`.repeat(40));
    await producer.join();
  });

  test('a SimpleQueue delivers in order, between processes', async () => {
    const queue = new SimpleQueue<number>();
    const answers = new SimpleQueue<number>();
    const double = async () => {
      for (let item = 0; item < 500; item++) await answers.put(2 * (await queue.get()));
    };
    const process = new Process({ target: double });
    await process.start();
    for (let item = 0; item < 500; item++) await queue.put(item);
    for (let item = 0; item < 500; item++) assert.equal(await answers.get(), 2 * item);
    await process.join();
    assert.ok(queue.empty() && answers.empty());
  });
});
