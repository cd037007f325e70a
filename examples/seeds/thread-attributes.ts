// Seeds: S003-04, S003-05
// Note: setName, getName and setDaemon are the attributes `name` and `daemon` today. A daemon ends with the program, the
// others are waited for.

import { setTimeout as sleep } from 'node:timers/promises';
import { mainThread, Thread } from 'manyfold/threading';

const foreground = new Thread({
  target: async () => {
    await mainThread().join();
    console.log('the foreground thread has ended');
  },
});
const background = new Thread({
  target: async () => {
    await sleep(60_000);
    console.log('never');
  },
});
foreground.name = 'foreground';
background.daemon = true;
await foreground.start();
await background.start();
console.log(foreground.name, foreground.daemon, background.daemon);
console.log('main ends');
