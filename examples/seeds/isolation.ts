// Seeds: S000-01, S000-02
// A process has its own copy of what it sees, and a main thread of its own.

import { Process } from 'manyfold';
import { currentThread, mainThread } from 'manyfold/threading';

let count = 0;

function change(): void {
  count += 1;
  console.log('child:', count, currentThread() === mainThread());
}

const p = new Process({ target: change });
await p.start();
await p.join();
console.log('parent:', count);
