// Seeds: S003-23, S003-26
// Note: a consumer that looks `empty()` may end with items left: what it does not find at its look comes later.
// A consumer that looks twenty times whether there is something.

import { sleep, spawn } from 'manyfold/coroutines';
import { Queue } from 'manyfold/queue';

const queue = new Queue<number>();
const got: number[] = [];
let empty = 0;

const producer = spawn(async () => {
  for (let n = 0; n < 20; n++) {
    await queue.put(n);
    await sleep(Math.random() * 4);
  }
});
const consumer = spawn(async () => {
  for (let look = 0; look < 20; look++) {
    if (queue.empty()) empty++;
    else got.push(await queue.get());
    await sleep(Math.random() * 4);
  }
});
await producer;
await consumer;
console.log(
  got.length + empty,
  got.every((item, place) => item === place),
);
