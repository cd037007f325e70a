// Seeds: S004-09
// To start all of them and then to join all lets them run at the same time: each says that it is there, and waits for
// the others.

import { Barrier, Process } from 'manyfold';

const together = new Barrier(3);

async function f(i: number): Promise<void> {
  await together.wait();
  console.log('In subprocess', i);
}

const all = [0, 1, 2].map((i) => new Process({ target: f, args: [i] }));
for (const p of all) await p.start();
for (const p of all) await p.join();
console.log('I am the main process');
