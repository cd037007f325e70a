// Seeds: S000-09, S000-13
// Three children run at the same time; the main process waits for them.

import { setTimeout as sleep } from 'node:timers/promises';
import { Process } from 'manyfold';

async function child(name: string): Promise<void> {
  await sleep(Math.random() * 100);
  console.log(`我是${name}子进程!`);
}

const children = ['son1', 'son2', 'son3'].map((name) => new Process({ target: child, args: [name] }));
for (const process of children) await process.start();
for (const process of children) await process.join();
console.log('主进程结束!');
