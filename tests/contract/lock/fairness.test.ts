/** Nobody starves in front of a lock that others release only to take it again. */

import assert from 'node:assert/strict';
import { because, eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'thread'], { coroutine: because.oneThread }, (_method, context, test) => {
  const { Event, Lock, Process, Queue, Semaphore, Value } = context;

  for (const make of [() => new Lock(), () => new Semaphore(1)]) {
    const name = make().constructor.name;

    test(`everybody has a turn at a ${name} that greedy ones take again and again`, async (t) => {
      const [shared, stop, turns, waits] = [make(), new Event(), new Value('i', 0), new Queue<number>()];
      const hog = () => {
        while (!stop.isSet()) {
          shared.acquireSync();
          turns.value++;
          const end = performance.now() + 0.5;
          while (performance.now() < end);
          shared.release(); // and at once again: those who are asleep cannot be as quick
        }
      };
      const wait = async (blocking: boolean) => {
        for (let round = 0; round < 10; round++) {
          const before = turns.value;
          if (blocking) shared.acquireSync();
          else await shared.acquire();
          const passed = turns.value - before;
          shared.release();
          await waits.put(passed);
        }
      };
      const hogs = [1, 2].map(() => new Process({ target: hog }));
      const modest = [true, false].map((blocking) => new Process({ target: wait, args: [blocking] }));
      for (const each of [...hogs, ...modest]) await each.start();
      const passed: number[] = [];
      while (passed.length < 20) passed.push(await waits.get());
      stop.set();
      for (const each of [...hogs, ...modest]) await each.join();
      // But for the worst ones: also the machine may keep somebody from its turn.
      const most = passed.toSorted((a, b) => b - a)[4]!;
      t.diagnostic(`${most} turns of others passed before one's own; at the worst ${Math.max(...passed)}`);
      assert.ok(most < 200, `${most} turns of others passed before one's own`);
    });
  }
});
