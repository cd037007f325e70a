// Seeds: S001-20, S001-16, S001-18
// Note: the original lacks the lines that import what it uses, and does not run as printed.
// A cook makes ten dishes, a guest eats ten: the queue between them lets each work at its own pace.

import { setTimeout as sleep } from 'node:timers/promises';
import { Process, Queue } from 'manyfold';

const DISHES = 10;
const counter = new Queue<string>(3);

const cook = new Process({
  target: async () => {
    for (let dish = 0; dish < DISHES; dish++) {
      await sleep(Math.random() * 10);
      console.log(`made dish ${dish}`);
      await counter.put(`dish ${dish}`);
    }
  },
});
const guest = new Process({
  target: async () => {
    for (let dish = 0; dish < DISHES; dish++) {
      const eaten = await counter.get();
      await sleep(Math.random() * 10);
      console.log(`ate ${eaten}`);
    }
  },
});
await cook.start();
await guest.start();
await cook.join();
await guest.join();
