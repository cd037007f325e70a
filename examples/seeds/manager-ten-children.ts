// Seeds: S003-33
// Ten children append to one list, and set the same keys of one dict.

import { Process } from 'manyfold';
import { Manager } from 'manyfold/managers';

await using manager = await Manager();
const d = await manager.dict();
const l = await manager.list([0, 1, 2, 3, 4]);

async function f(): Promise<void> {
  await d.set(1, 1);
  await d.set('2', 2);
  await d.set(0.25, null);
  await l.append(1);
}

const all = Array.from({ length: 10 }, () => new Process({ target: f }));
for (const p of all) await p.start();
for (const p of all) await p.join();
console.log(await d.copy());
console.log(String(await l.slice()));
