// Seeds: S004-08, S001-05
// To join each process before the next one starts makes them run one by one, in order.

import { setTimeout as sleep } from 'node:timers/promises';
import { Process } from 'manyfold';

async function f(i: number): Promise<void> {
  await sleep((3 - i) * 30); // the last would be the first
  console.log('In subprocess', i);
}

const began = Date.now();
for (let i = 0; i < 3; i++) {
  const p = new Process({ target: f, args: [i] });
  await p.start();
  await p.join();
}
console.log('I am the main process', Date.now() - began >= 175);
