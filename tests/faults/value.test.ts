/** Processes that die with the lock of a shared value, and memory that goes while another process looks at it. */

import assert from 'node:assert/strict';
import { OwnerDiedError, Lock } from 'manyfold';
import { areBlocksBack, settledBlocks } from '../support/blocks.js';
import { collect } from '../support/collect.js';
import { eachMethod } from '../support/methods.js';
import { promptly } from '../support/time.js';

eachMethod(['forkserver', 'spawn', 'fork'], (_method, context, test) => {
  const { Process, Queue, RawArray, RawValue, SharedArray, Value } = context;

  for (const recover of [false, true]) {
    test(
      `killed with the lock of a value, recover: ${recover}: the next one learns of it within a second`,
      promptly(async (soon) => {
        const value = new Value('i', 1, { lock: new Lock({ recover }) });
        const ready = new Queue<string>();
        const child = new Process({
          target: async () => {
            value.acquireSync();
            value.value = 2;
            await ready.put('held');
            await new Promise(() => setInterval(() => {}, 1000));
          },
        });
        await child.start();
        await ready.get();
        const waiting = value.acquire();
        child.kill();
        if (recover) assert.ok(await soon(() => waiting));
        else await soon(() => assert.rejects(waiting, OwnerDiedError));
        assert.equal(value.value, 2);
        assert.equal(value.getLock().recovered, recover);
        if (recover) value.release();
        assert.ok(value.acquireSync({ block: false }));
        value.release();
        await child.join();
      }),
    );
  }

  test('value_array-016 dropped values and arrays give their memory back; finalizers get along with allocations', async () => {
    const before = await settledBlocks();
    await (async () => {
      const queue = new Queue();
      for (let round = 0; round < 3000; round++) {
        const array = new SharedArray('d', round % 500);
        queue.putSync([new Value('i', round), array, new RawValue('q'), new RawArray('B', 10)]);
        queue.getSync();
        if (round % 500 === 0) await collect();
      }
      const large = Array.from({ length: 5 }, () => new RawArray('d', 500_000));
      large[0]![499_999] = 1;
    })();
    assert.ok(await areBlocksBack(before), `${await settledBlocks()} blocks, ${before} before`);
  });

  test('a part of an array keeps its memory, here and in a child', async () => {
    const [parts, answers] = [new Queue<Int32Array>(), new Queue<number>()];
    const child = new Process({
      target: async () => {
        const part = (await parts.get()).subarray(2);
        await collect();
        Array.from({ length: 1000 }, () => new RawArray('i', [7, 7, 7, 7]));
        await answers.put(part[0]!);
        await parts.get();
        await answers.put(part[1]!);
      },
    });
    await child.start();
    const part = await (async () => {
      const array = new SharedArray('i', [1, 2, 3, 4]);
      await parts.put(array);
      return array.subarray(2);
    })();
    assert.equal(await answers.get(), 3);
    await collect();
    Array.from({ length: 1000 }, () => new RawArray('i', [8, 8, 8, 8]));
    part[1] = 40;
    await parts.put(new SharedArray('i', 1));
    assert.equal(await answers.get(), 40);
    await child.join();
  });
});
