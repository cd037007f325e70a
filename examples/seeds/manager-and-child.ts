// Seeds: S002-20, S002-21
// Note: a dict keeps the order in which its keys came; the order that the tutorial shows is that of an old Python.
// A child changes a dict and a list of the manager. tests/contract/manager shares one over the network.

import { Process } from 'manyfold';
import { Manager } from 'manyfold/managers';

await using manager = await Manager();
const d = await manager.dict();
const l = await manager.list([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
const p = new Process({
  target: async () => {
    await d.set(1, '1');
    await d.set('2', 2);
    await d.set(0.25, null);
    // oxlint-disable-next-line unicorn/no-array-reverse -- it is Python's list.reverse(), of a list somewhere else
    await l.reverse();
  },
});
await p.start();
await p.join();
console.log(await d.copy());
console.log(String(await l.slice()));
