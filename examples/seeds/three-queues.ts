// Seeds: S003-21, S003-22, S003-24
// First in first out, last in first out, smallest first.

import { LifoQueue, PriorityQueue, Queue } from 'manyfold/queue';

const queue = new Queue<number>(2);
console.log(queue.empty(), queue.full());
queue.putNowait(1);
await queue.put(2);
console.log(queue.qsize(), queue.full());
for (const attempt of [
  () => queue.putNowait(3),
  () => queue.getNowait(),
  () => queue.getNowait(),
  () => queue.getNowait(),
]) {
  try {
    console.log(attempt());
  } catch (error) {
    console.log((error as Error).name);
  }
}

const stack = new LifoQueue<number>();
for (const n of [1, 2]) stack.putNowait(n);
console.log(stack.getNowait(), stack.getNowait());

const priorities = new PriorityQueue<[number, string]>();
priorities.putNowait([3, 'cx']);
priorities.putNowait([1, 'cc']);
console.log(priorities.getNowait(), priorities.getNowait());
