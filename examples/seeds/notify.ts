// Seeds: S003-18, S003-19
// Note: the original reads how many to notify; here it is 3, 0 and 2. Those who came first are woken first. Without the lock
// notify is a RuntimeError in Python's threading, and an AssertionError in its multiprocessing and here.

import { Queue, Value } from 'manyfold';
import { Condition, Thread } from 'manyfold/threading';

const condition = new Condition();
const waiting = new Value('i', 0);
const woken = new Queue<number>();

function run(n: number): void {
  using _held = condition.holdSync();
  waiting.value += 1;
  condition.waitSync();
  woken.putSync(n);
}

const threads = Array.from({ length: 5 }, (_, n) => new Thread({ target: run, args: [n], daemon: true }));
for (const [n, thread] of threads.entries()) {
  await thread.start();
  while (waiting.value <= n) await new Promise((resolve) => setTimeout(resolve, 1));
}
for (const count of [3, 0, 2]) {
  {
    using _held = await condition.hold();
    condition.notify(count);
  }
  const numbers: number[] = [];
  while (numbers.length < count) numbers.push(await woken.get());
  console.log(`notify(${count}): ${numbers.toSorted((a, b) => a - b).join(' ')}`);
}
try {
  condition.notify();
} catch (error) {
  console.log((error as Error).name);
}
