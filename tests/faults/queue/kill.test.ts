/** Processes that are killed while they put and take. */

import assert from 'node:assert/strict';
import { eachMethod } from '../../support/methods.js';
import { Random } from '../../support/random.js';
import { promptly } from '../../support/time.js';

interface Item {
  readonly producer: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const { Process, Queue, Semaphore, Value } = context;

  test(
    'producers and consumers killed under load block nobody, and no item comes twice or broken',
    promptly(async (soon) => {
      const random = Random.printed();
      const queue = new Queue<Item>(50);
      const names = new Value('i', 0);
      const atWork = new Semaphore(0);
      const produce = (producer: number) => {
        atWork.release();
        for (let number = 0; ; number++) {
          // Some in line, some in parcels, some in chunks of their own.
          const bytes = new Uint8Array([10, 3000, 9000, 40_000][number % 4]!).fill(number & 255);
          queue.putSync({ producer, number, bytes });
        }
      };
      const consume = () => {
        atWork.release();
        for (;;) queue.getSync();
      };
      const start = async (place: number) => {
        const process =
          place % 2 === 0 ? new Process({ target: produce, args: [++names.value] }) : new Process({ target: consume });
        await process.start();
        await atWork.acquire(); // what it takes a new Node to get to its target is no wait for an item
        return process;
      };
      const processes = await Promise.all([0, 1, 2, 3].map(start));
      const seen = new Set<string>();
      const last = new Map<number, number>();
      let late = 0;
      let consumersKilled = 0;
      for (let kills = method === 'spawn' ? 6 : 30; kills > 0; kills--) {
        const place = random.below(4);
        const until = performance.now() + random.below(15);
        processes[place]!.kill();
        if (place % 2 === 1) consumersKilled++;
        do {
          const { producer, number, bytes } = await soon(() => queue.get());
          assert.ok(!seen.has(`${producer} ${number}`), `item ${number} of ${producer} came twice`);
          seen.add(`${producer} ${number}`);
          if (number < (last.get(producer) ?? -1)) late++;
          else last.set(producer, number);
          assert.equal(bytes.length, [10, 3000, 9000, 40_000][number % 4]);
          assert.ok(bytes[0] === (number & 255) && bytes.at(-1) === (number & 255));
        } while (performance.now() < until);
        await processes[place]!.join();
        processes[place] = await start(place);
      }
      for (const process of processes) process.kill();
      for (const process of processes) await process.join();
      // What one had in hand when it was killed comes late; everything else in the order of its producer.
      assert.ok(late <= consumersKilled, `${late} items came late, ${consumersKilled} consumers were killed`);
      // What is left is whole, and then the queue works as ever.
      while (!queue.empty()) queue.getNowait();
      await queue.put({ producer: 0, number: 0, bytes: new Uint8Array(1) });
      assert.equal((await queue.get()).producer, 0);
    }),
  );
});
