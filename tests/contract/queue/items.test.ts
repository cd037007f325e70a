/** What may go through a queue. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Lock, PicklingError, type Queue } from 'manyfold';
import { eachMethod, type Context } from '../../support/methods.js';
import { Point } from './point.js';

const MB = 2 ** 20;

/** Bytes that are different at each place, so that a shift or a hole is seen. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < Math.min(length, 65_536); at++) bytes[at] = (at * 31 + (at >> 8) * 7) & 255;
  for (let at = 65_536; at < length; at *= 2) bytes.copyWithin(at, 0, Math.min(at, length - at));
  return bytes;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

/** Lets a child take an item and put it back. */
async function echo(context: Context, items: Queue, answers: Queue, count: number) {
  const back = async () => {
    for (let left = count; left > 0; left--) await answers.put(await items.get());
  };
  const process = new context.Process({ target: back });
  await process.start();
  return process;
}

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { Process, Queue } = context;

  test('bytes of any length come back as they were', async () => {
    const lengths = [0, 1, 7, 8, 100, 4000, 8191, 8192, 8193, 65_520, MB - 40, MB, MB + 1, 17 * MB + 3];
    const [items, answers] = [new Queue(), new Queue()];
    const process = await echo(context, items, answers, lengths.length);
    for (const length of lengths) {
      const bytes = pattern(length);
      await items.put(bytes);
      const back = (await answers.get()) as Uint8Array;
      assert.equal(back.length, length);
      assert.ok(Buffer.from(back).equals(bytes), `${length} bytes have changed`);
    }
    await process.join();
  });

  test('200 MB in one item', async () => {
    const queue = new Queue<Uint8Array>();
    const answers = new Queue<string>();
    const bytes = pattern(200 * MB);
    const process = new Process({
      target: async () =>
        answers.put(
          createHash('sha1')
            .update(await queue.get())
            .digest('hex'),
        ),
    });
    await process.start();
    await queue.put(bytes);
    assert.equal(await answers.get(), digest(bytes));
    await process.join();
  });

  test('values of many kinds come back equal', async () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    const values = [
      undefined,
      null,
      -0,
      NaN,
      2n ** 90n,
      'čau 👋',
      new Date(0),
      /a+/gi,
      new Map<unknown, unknown>([['a', new Set([1, 2])]]),
      new Float64Array([1.5, -2.5]),
      new Uint16Array([1, 65_535]),
      new ArrayBuffer(5),
      [1, [2, [3]]],
      { a: { b: [null, undefined] } },
      ring,
    ];
    const [items, answers] = [new Queue(), new Queue()];
    const process = await echo(context, items, answers, values.length);
    for (const value of values) {
      await items.put(value);
      assert.deepEqual(await answers.get(), value);
    }
    await process.join();
  });

  test('a class instance keeps its class, an error its class, cause and properties', async () => {
    const [items, answers] = [new Queue(), new Queue<unknown>()];
    const process = await echo(context, items, answers, 2);
    await items.put(new Point(3, 4));
    const point = (await answers.get()) as Point;
    assert.ok(point instanceof Point);
    assert.equal(point.length, 5);
    await items.put(Object.assign(new RangeError('too far', { cause: new Error('the wind') }), { distance: 7 }));
    const error = (await answers.get()) as RangeError & { distance: number };
    assert.ok(error instanceof RangeError && error.cause instanceof Error);
    assert.deepEqual([error.message, error.cause.message, error.distance], ['too far', 'the wind', 7]);
    await process.join();
  });

  test('functions, with what they have captured', async () => {
    const queue = new Queue<(x: number) => number>();
    const answers = new Queue<number>();
    const process = new Process({ target: async () => answers.put((await queue.get())(20)) });
    await process.start();
    const base = 22;
    await queue.put((x) => x + base);
    assert.equal(await answers.get(), 42);
    await process.join();
  });

  test('a queue, a lock and an end of a pipe through a queue', async () => {
    const queue = new Queue<unknown>();
    const reply = new Queue<string>();
    const lock = new Lock();
    const [here, there] = context.Pipe<string, string>();
    const process = new Process({
      target: async () => {
        const [answers, held, pipe] = (await queue.get()) as [typeof reply, Lock, typeof there];
        await pipe.send(await pipe.recv());
        await answers.put(held.locked() ? 'locked' : 'free');
      },
    });
    await process.start();
    lock.acquireSync();
    await queue.put([reply, lock, there]);
    await here.send('around');
    assert.equal(await here.recv(), 'around');
    assert.equal(await reply.get(), 'locked');
    lock.release();
    await process.join();
    here.close();
    there.close();
  });

  test('queue-017 queue-018 simplequeue-005 what cannot travel fails in the caller, and nothing is stored', async () => {
    for (const queue of [new Queue<unknown>(1), new context.SimpleQueue<unknown>()]) {
      await assert.rejects(queue.put({ deep: [new WeakMap()] }), PicklingError);
      assert.throws(() => queue.putSync(new WeakSet()), PicklingError);
      assert.ok(queue.empty());
      await queue.put('next');
      assert.equal(await queue.get(), 'next');
    }
  });

  test('queue-028 an item is what it was when it was put', async () => {
    const queue = new Queue<number[]>();
    const item = [1, 2, 3];
    await queue.put(item);
    item.push(4);
    assert.deepEqual(await queue.get(), [1, 2, 3]);
  });
});
