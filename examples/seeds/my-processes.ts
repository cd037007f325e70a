// Seeds: S004-10
// Three processes of a subclass print their names and pids.

import process from 'node:process';
import { Process } from 'manyfold';

class MyProcess extends Process {
  constructor(name: string) {
    super();
    this.name = name;
  }

  override run(): void {
    console.log(`name: ${this.name} pid: ${process.pid}`);
  }
}

const all = ['a', 'b', 'c'].map((name) => new MyProcess(name));
for (const p of all) await p.start();
for (const p of all) await p.join();
console.log(new Set(all.map((p) => p.pid)).size);
