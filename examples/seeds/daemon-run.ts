// Seeds: S000-32, S000-29, S000-34
// A daemon ends with the main process, in the middle of what it does.

import { setTimeout as sleep } from 'node:timers/promises';
import { AssertionError, Queue, Process } from 'manyfold';

const begun = new Queue<void>();

class Run extends Process {
  override async run(): Promise<void> {
    console.log(`${this.name}进程开始。`);
    await begun.put();
    await sleep(60_000);
    console.log(`${this.name}进程结束。`);
  }
}

const p = new Run();
p.name = 'p1';
p.daemon = true;
await p.start();
await begun.get();
try {
  p.daemon = false;
} catch (error) {
  console.log(error instanceof AssertionError, (error as Error).message);
}
console.log('主进程结束。');
