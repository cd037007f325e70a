// Seeds: S004-03, S004-04
// Note: TypeScript itself asks for super() in the constructor of a subclass.
// The second way: a subclass with run().

import { Process } from 'manyfold';

class MyProcess extends Process {
  constructor(name: string) {
    super();
    this.name = name;
  }

  override run(): void {
    console.log('I am a child process' + this.name);
  }
}

const p = new MyProcess('aaa');
await p.start();
console.log('I am the master process');
