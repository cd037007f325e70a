/** Several objects of one queue, and items that stay what they are. */

import assert from 'node:assert/strict';
import { Queue } from 'manyfold';
import { eachMethod } from '../../support/methods.js';
import { Random } from '../../support/random.js';

eachMethod(['forkserver'], (_method, context, test) => {
  const { Process } = context;

  /** Another object of the same queue, as one that it was sent to has it. */
  function twinOf<T>(queue: Queue<T>): Queue<T> {
    const carrier = new Queue<Queue<T>>();
    carrier.putSync(queue);
    return carrier.getSync();
  }

  for (const limit of [0, 1, 5]) {
    const kind = limit === 0 ? 'without a limit' : `with a limit of ${limit}`;
    test(`objects of one queue ${kind}: whichever puts and takes, all see the same items`, () => {
      const random = Random.printed();
      const queue = new Queue<number>(limit);
      const objects = [queue, twinOf(queue), twinOf(queue)];
      const expected: number[] = [];
      for (let number = 0; number < 20_000; number++) {
        const one = objects[random.below(objects.length)]!;
        // Now one object does most of it, now another one.
        const some = objects[Math.floor(number / 1000) % objects.length]!;
        const chosen = random.below(5) === 0 ? one : some;
        if (random.below(2) === 0) {
          if (limit > 0 && expected.length === limit) {
            assert.throws(() => chosen.putNowait(number), { code: 'ERR_QUEUE_FULL' });
          } else {
            chosen.putNowait(number);
            expected.push(number);
          }
        } else if (expected.length === 0) {
          assert.throws(() => chosen.getNowait(), { code: 'ERR_QUEUE_EMPTY' });
        } else {
          assert.equal(chosen.getNowait(), expected.shift());
        }
        assert.equal(one.qsize(), expected.length);
        assert.equal(one.full(), limit > 0 && expected.length === limit);
      }
    });
  }

  test('what has been received stays what it is, whatever is received afterwards', async () => {
    const queue = new Queue();
    const lengths = [0, 1, 3, 4, 17, 63, 64, 65, 255, 256, 257, 1000, 8000, 9000, 100_000, 300_000];
    const item = (length: number, byte: number) => ({
      text: String.fromCharCode(97 + (byte % 26)).repeat(Math.min(length, 300)),
      bytes: new Uint8Array(length).fill(byte),
      buffer: Buffer.alloc(length, byte),
      numbers: new Float64Array(length >> 3).fill(byte),
    });
    const child = new Process({
      target: () => {
        for (let round = 0; round < 40; round++)
          for (const length of lengths) queue.putSync(item(length, (length + round) & 255));
      },
    });
    await child.start();
    const kept: unknown[] = [];
    for (let number = 0; number < 40 * lengths.length; number++)
      kept.push(number % 2 === 0 ? await queue.get() : queue.getSync());
    await child.join();
    for (const [number, value] of kept.entries()) {
      const length = lengths[number % lengths.length]!;
      assert.deepEqual(value, item(length, (length + Math.floor(number / lengths.length)) & 255));
    }
  });
});
