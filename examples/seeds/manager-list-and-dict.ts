// Seeds: S000-27, S000-28, S001-13
// Note: the list is [1, 1, 1]; the [0, 1, 2] of the tutorial cannot come out of its program.
// A list and a dict that live in the manager's process, changed by a child.

import { Process } from 'manyfold';
import { Manager } from 'manyfold/managers';

await using manager = await Manager();
const list = await manager.list();
const dict = await manager.dict();
const child = new Process({
  target: async () => {
    for (let i = 0; i < 3; i++) await list.push(1);
    await dict.set('name', 'my');
  },
});
await child.start();
await child.join();
console.log(await list.slice());
console.log(await dict.copy());
