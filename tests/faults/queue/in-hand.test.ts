/** Processes that are killed in the middle of a message: while it is written, and while it is read. */

import assert from 'node:assert/strict';
import { reduce } from 'manyfold';
import { eachMethod, type Context } from '../../support/methods.js';

const main = process.pid;

/** Kills the process that reads it, unless that is the test itself. */
class Trap {
  readonly keeper: number;
  readonly filling: Uint8Array;

  constructor(keeper: number, filling: Uint8Array) {
    this.keeper = keeper;
    this.filling = filling;
  }

  [reduce]() {
    const spring = (keeper: number, filling: Uint8Array) => {
      if (process.pid !== keeper) process.kill(process.pid, 'SIGKILL');
      return filling.length;
    };
    return [spring, this.keeper, this.filling];
  }
}

/** Each kind of channel as something to put into and to get from. */
const kinds = {
  Queue: ({ Queue }: Context) => {
    const queue = new Queue<unknown>();
    return { put: (item: unknown) => queue.put(item), get: () => queue.get(), getSync: () => queue.getSync() };
  },
  SimpleQueue: ({ SimpleQueue }: Context) => {
    const queue = new SimpleQueue<unknown>();
    return { put: (item: unknown) => queue.put(item), get: () => queue.get(), getSync: () => queue.getSync() };
  },
  JoinableQueue: ({ JoinableQueue }: Context) => {
    const queue = new JoinableQueue<unknown>();
    return { put: (item: unknown) => queue.put(item), get: () => queue.get(), getSync: () => queue.getSync() };
  },
  Pipe: ({ Pipe }: Context) => {
    const [reader, writer] = Pipe<never, unknown>(false);
    return { put: (item: unknown) => writer.send(item), get: () => reader.recv(), getSync: () => reader.recvSync() };
  },
};

eachMethod(['forkserver', 'spawn'], (method, context, test) => {
  for (const [name, make] of Object.entries(kinds)) {
    for (const how of ['awaiting', 'blocking'] as const) {
      test(`${name}: what a consumer had in hand when it was killed goes to the next one, ${how}`, async () => {
        const { put, get, getSync } = make(context);
        for (const length of method === 'spawn' ? [20_000] : [10, 20_000, 150_000]) {
          const consume = how === 'awaiting' ? async () => void (await get()) : () => void getSync();
          const consumer = new context.Process({ target: consume });
          await put(new Trap(main, new Uint8Array(length)));
          await put('the next one');
          await consumer.start();
          await consumer.join();
          assert.equal(consumer.exitCode, -9);
          assert.equal(await get(), length);
          assert.equal(await get(), 'the next one');
        }
      });
    }

    test(`${name}: a producer that is killed over a message has sent nothing, and leaves all as it was`, async () => {
      const { put, get } = make(context);
      const producer = new context.Process({
        target: async () => {
          await put('before');
          const trap = {};
          Object.defineProperty(trap, 'deadly', {
            enumerable: true,
            get: () => process.kill(process.pid, 'SIGKILL'),
          });
          await put([new Uint8Array(100_000), trap]);
        },
      });
      await producer.start();
      await producer.join();
      assert.equal(producer.exitCode, -9);
      await put('after');
      assert.equal(await get(), 'before');
      assert.equal(await get(), 'after');
    });
  }
});
