// Seeds: S003-06
// Note: join in the loop that starts makes the threads take turns; join after it does not.

import { setTimeout as sleep } from 'node:timers/promises';
import { Value } from 'manyfold';
import { Thread } from 'manyfold/threading';

const inside = new Value('i', 0);
const most = new Value('i', 0);

async function work(): Promise<void> {
  count(1);
  const deadline = performance.now() + 2000;
  while (most.value < 2 && performance.now() < deadline && together.value) await sleep(1);
  count(-1);
}

function count(change: number): void {
  using _held = inside.getLock().holdSync();
  inside.value += change;
  most.value = Math.max(most.value, inside.value);
}

const together = new Value('i', 0);
for (const name of ['a', 'b']) {
  const thread = new Thread({ target: work, name });
  await thread.start();
  await thread.join();
}
console.log(`joined in the loop: ${most.value} at a time`);
together.value = 1;
const threads = ['a', 'b'].map((name) => new Thread({ target: work, name }));
for (const thread of threads) await thread.start();
for (const thread of threads) await thread.join();
console.log(`joined after it: ${most.value} at a time`);
