// Seeds: S004-28, S004-29, S004-30, S004-31
// The producer waits until its data have been dealt with; the consumers never end by themselves, but they are daemons.

import { JoinableQueue, Process } from 'manyfold';

const queue = new JoinableQueue<number>();

async function consume(): Promise<void> {
  for await (const task of queue) {
    console.log(`a consumer got data ${task}`);
    queue.taskDone();
  }
}

async function produce(name: string): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await queue.put(i);
    console.log(`${name} production data ${i}`);
  }
  await queue.join();
  console.log('all of it has been dealt with');
}

const producer = new Process({ target: produce, args: ['Producer0'] });
const consumers = [0, 1].map(() => new Process({ target: consume, daemon: true }));
for (const process of [producer, ...consumers]) await process.start();
await producer.join();
try {
  queue.taskDone();
} catch (error) {
  console.log(String(error));
}
