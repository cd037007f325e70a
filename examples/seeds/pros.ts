// Seeds: S000-12, S000-33
// Note: a field of the class is set after super(), as everything that a constructor does; super() cannot be left out.
// Processes by a subclass with run().

import { setTimeout as sleep } from 'node:timers/promises';
import { Process } from 'manyfold';

class Pros extends Process {
  constructor(name: string) {
    super();
    this.name = name; // the constructor of Process has given it a name before
  }

  override async run(): Promise<void> {
    console.log(`${this.name}子进程开始!`);
    await sleep(Math.random() * 50);
    console.log(`${this.name}子进程结束!`);
  }
}

const all = ['p1', 'p2', 'p3'].map((name) => new Pros(name));
for (const process of all) await process.start();
for (const process of all) await process.join();
console.log('主进程结束');
