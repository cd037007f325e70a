// Seeds: S001-04, S001-06, S001-07, S001-09
// Note: a lock travels as an argument or in a closure; it is the same lock in each process, whatever the start method.
// Three tasks print three lines each, and a lock keeps those of one together. What takes no lock is not held up by it.

import { setTimeout as sleep } from 'node:timers/promises';
import { Lock, Process } from 'manyfold';

async function task(lock: Lock, n: number): Promise<void> {
  await sleep(Math.random() * 20); // at the same time as the others
  using _held = await lock.hold();
  for (const what of ['name', 'sex', 'age']) {
    console.log(`task${n}: ${what}`);
    await sleep(Math.random() * 10);
  }
}

const lock = new Lock();
const printed: Process[] = [];
for (const n of [1, 2, 3]) {
  const process = new Process({ target: task, args: [lock, n] });
  await process.start();
  printed.push(process);
}
for (const process of printed) await process.join();
