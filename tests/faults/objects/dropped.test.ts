/** Objects of shared memory that nobody refers to any more give their memory back, wherever they have been. */

import assert from 'node:assert/strict';
import { HEAP_END } from '#dist/memory/layout.js';
import { header } from '#dist/memory/program.js';
import {
  Barrier,
  Condition,
  type Connection,
  Event,
  JoinableQueue,
  Lock,
  Pipe,
  Queue,
  RLock,
  Semaphore,
} from 'manyfold';
import { areBlocksBack, settledBlocks } from '../../support/blocks.js';
import { collect } from '../../support/collect.js';
import { eachMethod } from '../../support/methods.js';

const COUNT = Number(process.env['DROPPED_OBJECTS'] ?? 10_000);
const BATCH = 2000;

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const { Process } = context;

  if (method === 'forkserver') {
    for (const [name, make] of [
      ['locks', () => new Lock()],
      ['semaphores, barriers and conditions', () => [new Semaphore(1), new Barrier(2), new Condition(), new Event()]],
      ['queues', () => new Queue()],
      ['pipes', () => Pipe()],
    ] as const) {
      test(`${COUNT} ${name}, created and dropped, leave no growth`, async () => {
        for (let made = 0; made < BATCH; made++) make();
        const before = await settledBlocks();
        const end = header()[HEAP_END]!;
        for (let made = 0; made < COUNT; made += BATCH) {
          for (let one = 0; one < BATCH; one++) make();
          await collect();
        }
        assert.ok(await areBlocksBack(before), `${await settledBlocks()} blocks, ${before} before`);
        assert.ok(header()[HEAP_END]! < end * 2, 'the heap has grown');
      });
    }
  }

  test('what went to a child and back is freed when both have dropped it', async () => {
    const before = await settledBlocks();
    await (async () => {
      const [there, back] = [new Queue(), new Queue()];
      const echo = async () => {
        for (let item = await there.get(); item !== null; item = await there.get()) await back.put(item);
        await collect();
        await back.put('dropped');
        await there.get();
      };
      const child = new Process({ target: echo });
      await child.start();
      for (let round = 0; round < 200; round++) {
        const others = [
          new RLock(),
          new Semaphore(1),
          new Barrier(2),
          new Condition(),
          new Event(),
          new JoinableQueue(),
        ];
        await there.put([new Lock(), new Queue(), Pipe(), others]);
        const [lock, queue, [left, right]] = (await back.get()) as [Lock, Queue, [Connection, Connection], unknown];
        assert.ok(lock.acquireSync({ block: false }));
        queue.putSync(round);
        left.sendSync(round);
        assert.deepEqual([queue.getSync(), right.recvSync()], [round, round]);
      }
      await there.put(null);
      await back.get();
      // The child lives, and has let go.
      await there.put(null);
      await child.join();
    })();
    assert.ok(await areBlocksBack(before), `${await settledBlocks()} blocks, ${before} before`);
  });

  test('what a killed child had created, received or captured is freed', async () => {
    const before = await settledBlocks();
    await (async () => {
      const ready = new Queue<string>();
      const captured = Array.from({ length: 20 }, () => new Lock());
      const hold = async (given: unknown[]) => {
        const made = Array.from({ length: 300 }, () => new Queue());
        for (const queue of made) queue.putSync(captured);
        await ready.put(`${made.length} ${given.length} ${captured.length}`);
        await new Promise((resolve) => setTimeout(resolve, 100_000, [made, given]));
      };
      for (let round = 0; round < 5; round++) {
        const child = new Process({ target: hold, args: [[new Lock(), new Queue(), ...Pipe()]] });
        await child.start();
        assert.equal(await ready.get(), '300 4 20');
        child.kill();
        await child.join();
      }
    })();
    assert.ok(await areBlocksBack(before), `${await settledBlocks()} blocks, ${before} before`);
  });

  test('a message that nobody has taken goes with its queue, and what it mentions with it', async () => {
    const before = await settledBlocks();
    (() => {
      const outer = new Queue();
      for (let round = 0; round < 1000; round++) {
        const inner = new Queue();
        inner.putSync([new Lock(), 'x'.repeat(10_000 + round)]);
        outer.putSync({ inner });
      }
      outer.putSync({ large: new Uint8Array(2 ** 21), lock: new Lock() });
    })();
    assert.ok(await areBlocksBack(before), `${await settledBlocks()} blocks, ${before} before`);
  });

  test('what a message mentions lives while it is on its way, also while it waits for room', async () => {
    const queue = new Queue<{ lock: Lock; items: Queue<number>; big: Uint8Array }>(1);
    const send = (length: number, number: number) => {
      const [lock, items] = [new Lock(), new Queue<number>()];
      lock.acquireSync();
      items.putSync(number);
      return queue.put({ lock, items, big: new Uint8Array(length) });
    };
    // The first is stored, the others wait; large ones lie in pages of their own.
    const sent = [1, 100_000, 2_000_000, 1].map((length, number) => send(length, number));
    for (let number = 0; number < sent.length; number++) {
      await settledBlocks();
      Array.from({ length: 1000 }, () => new Lock().acquireSync()); // takes the memory of what was freed
      const { lock, items, big } = await queue.get();
      assert.ok(lock.locked() && items.qsize() === 1 && items.getSync() === number && big[0] === 0);
    }
    await Promise.all(sent);
  });

  test('what only a child refers to lives, though its creator has dropped it', async () => {
    const [requests, answers] = [new Queue(), new Queue<number>()];
    const child = new Process({
      target: async () => {
        const { items, lock } = (await requests.get()) as { items: Queue<number>; lock: Lock };
        await answers.put(0);
        await requests.get();
        await answers.put(lock.locked() ? await items.get() : -1);
      },
    });
    await child.start();
    await (async () => {
      const [items, lock] = [new Queue<number>(), new Lock()];
      items.putSync(42);
      lock.acquireSync();
      await requests.put({ items, lock });
    })();
    await answers.get();
    await settledBlocks();
    Array.from({ length: 1000 }, () => [new Lock(), new Queue()]);
    await requests.put('go on');
    assert.equal(await answers.get(), 42);
    await child.join();
  });

  const inherited = method === 'fork' && 'a forked child has the other end too, until its own collector finds that';
  test('a connection that is dropped is closed', { skip: inherited }, async () => {
    const answers = new Queue<string>();
    const here = await (async () => {
      const [left, right] = Pipe<string>();
      const child = new Process({
        target: async () => {
          try {
            await right.recv();
          } catch (error) {
            await answers.put((error as { code: string }).code);
          }
        },
      });
      await child.start();
      return { child, left: new WeakRef(left) };
    })();
    await collect();
    assert.equal(await answers.get(), 'ERR_EOF');
    assert.equal(here.left.deref(), undefined);
    await here.child.join();
  });
});
