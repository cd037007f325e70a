// Seeds: S001-14, S001-15
// Note: the original prints after two seconds, whether the processes have ended or not; this one joins them.
// Ten processes take one away from a number in a shared dict. Each call is safe by itself; reading, reckoning and writing
// is three steps, and needs a lock around it.

import { Lock, Process } from 'manyfold';
import { Manager } from 'manyfold/managers';

await using manager = await Manager();
const dict = await manager.dict({ num: 10 });
const lock = new Lock();

async function work(): Promise<void> {
  using _held = await lock.hold();
  await dict.set('num', ((await dict.get('num')) as number) - 1);
}

const all = Array.from({ length: 10 }, () => new Process({ target: work }));
for (const p of all) await p.start();
for (const p of all) await p.join();
console.log(await dict.copy());
