// Seeds: S003-02, S003-10, S003-11
// Note: what threads are to share is told: a Value here, and not any variable. `+= 1` is no single step in Python either;
// what is right without a lock is so by chance.

import { Value } from 'manyfold';
import { Thread } from 'manyfold/threading';

const mine = { count: 0 };
const shared = new Value('i', 0);

function add(): void {
  mine.count += 1;
  using _held = shared.getLock().holdSync();
  shared.value += 1;
  console.log(shared.value);
}

const threads = Array.from({ length: 4 }, () => new Thread({ target: add }));
for (const thread of threads) await thread.start();
for (const thread of threads) await thread.join();
console.log(`mine ${mine.count}, shared ${shared.value}`);
