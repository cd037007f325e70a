// Seeds: S004-27
// Three producers, two consumers; when all is produced, one null for each consumer says that nothing more will come.

import { setTimeout as sleep } from 'node:timers/promises';
import { Process, Queue } from 'manyfold';

const tasks = new Queue<string | null>();

async function produce(name: string): Promise<void> {
  for (let i = 0; i < 3; i++) {
    console.log(`${name} production data ${i}`);
    await tasks.put(`${i} of ${name}`);
    await sleep(Math.random() * 20);
  }
}

async function consume(name: string): Promise<void> {
  for (let task = await tasks.get(); task !== null; task = await tasks.get()) {
    console.log(`consumed: ${task}`);
    await sleep(Math.random() * 10);
  }
  console.log(`${name} has seen the end`);
}

const producers = [0, 1, 2].map((i) => new Process({ target: produce, args: [`Producer${i}`] }));
const consumers = ['aaa', 'bbb'].map((name) => new Process({ target: consume, args: [name] }));
for (const process of [...producers, ...consumers]) await process.start();
for (const process of producers) await process.join();
for (const _ of consumers) await tasks.put(null);
for (const process of consumers) await process.join();
console.log(
  'exit codes of the consumers:',
  consumers.map(({ exitCode }) => exitCode),
);
