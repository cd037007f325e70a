// Seeds: S003-07
// A class of one's own, with run().

import { Thread } from 'manyfold/threading';

class MyThread extends Thread {
  readonly num: number;

  constructor(num: number) {
    super();
    this.num = num;
  }

  override run(): void {
    console.log(`running on number:${this.num}`);
  }
}

for (const num of [1, 2]) {
  const thread = new MyThread(num);
  await thread.start();
  await thread.join();
}
