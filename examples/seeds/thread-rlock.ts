// Seeds: S003-12, S003-13
// An RLock around each increment; the thread that holds it may acquire it again.
// Note: one release too many is a RuntimeError in Python's threading, and an AssertionError in its multiprocessing and here.

import { Value } from 'manyfold';
import { RLock, Thread } from 'manyfold/threading';

const lock = new RLock();
const number = new Value('i', 0);

function add(): void {
  lock.acquireSync();
  lock.acquireSync();
  number.value += 1;
  console.log(number.value);
  lock.release();
  lock.release();
}

const threads = Array.from({ length: 10 }, () => new Thread({ target: add }));
await Promise.all(threads.map((thread) => thread.start()));
for (const thread of threads) await thread.join();
try {
  lock.release();
} catch (error) {
  console.log((error as Error).name);
}
