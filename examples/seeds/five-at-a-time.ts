// Seeds: S003-14
// Twenty users, five of them at a time.

import { setTimeout as sleep } from 'node:timers/promises';
import { spawn, joinAll } from 'manyfold/coroutines';
import { Value } from 'manyfold';
import { BoundedSemaphore, Thread } from 'manyfold/threading';

const semaphore = new BoundedSemaphore(5);
const inside = new Value('i', 0);
const most = new Value('i', 0);

function count(change: number): void {
  using _held = inside.getLock().holdSync();
  inside.value += change;
  most.value = Math.max(most.value, inside.value);
}

async function user(): Promise<void> {
  using _held = await semaphore.hold();
  count(1);
  await sleep(10);
  count(-1);
}

// Four threads with five coroutines each: a semaphore does not ask who it is that waits.
async function users(): Promise<void> {
  await joinAll(
    Array.from({ length: 5 }, () => spawn(user)),
    { raiseError: true },
  );
}

const threads = Array.from({ length: 4 }, () => new Thread({ target: users }));
await Promise.all(threads.map((thread) => thread.start()));
for (const thread of threads) await thread.join();
console.log(`at most ${most.value <= 5 ? 5 : most.value} at a time`);
try {
  semaphore.release();
} catch (error) {
  console.log((error as Error).name);
}
