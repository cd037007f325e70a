// Seeds: S000-18, S002-12
// Two children, one after the other, put a list into a queue of five places; the main process takes both.

import { Process, Queue } from 'manyfold';

const queue = new Queue<number[]>(5);
for (let i = 0; i < 2; i++) {
  const process = new Process({ target: () => queue.put([1, 2, 3]) });
  await process.start();
  await process.join();
}
console.log(queue.qsize());
console.log(await queue.get());
console.log(await queue.get());
console.log(queue.qsize());
