// Seeds: S002-35, S002-36
// Note: the lock of a process that was terminated is handed on, and what it was about to put does no harm to the queue.

import { Lock, OwnerDiedError, Process, Queue } from 'manyfold';

const lock = new Lock();
const queue = new Queue<string>();

async function hold(): Promise<void> {
  await lock.acquire();
  await queue.put('held');
  await new Promise(() => setInterval(() => {}, 1000));
}

const p = new Process({ target: hold });
await p.start();
await queue.get();
p.terminate();
await p.join();
try {
  await lock.acquire();
} catch (error) {
  console.log(error instanceof OwnerDiedError);
}
console.log(await lock.acquire({ timeout: 1000 }));
lock.release();
await queue.put('still works');
console.log(await queue.get());
