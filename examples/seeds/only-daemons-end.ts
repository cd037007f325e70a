// Seeds: S000-31, S000-30, S004-11, S002-30
// At its end the main process ends its daemons, and waits for its other children; a daemon may not have children.

import { setTimeout as sleep } from 'node:timers/promises';
import { Process, Queue } from 'manyfold';

const begun = new Queue<void>();

async function work(name: string, ms: number): Promise<void> {
  await begun.put();
  await sleep(ms);
  console.log('done', name);
}

async function breed(): Promise<void> {
  try {
    await new Process({ target: work, args: ['grandchild', 0] }).start();
  } catch (error) {
    console.log((error as Error).message);
  }
}

const breeder = new Process({ target: breed, daemon: true });
await breeder.start();
await breeder.join();
await new Process({ target: work, args: ['daemon', 60_000], daemon: true }).start();
await new Process({ target: work, args: ['child', 100] }).start();
await begun.get();
await begun.get();
console.log('main end');
