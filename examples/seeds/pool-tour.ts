// Seeds: S002-22
// What a pool offers: map, imapUnordered, results to be waited for, with a timeout; it ends with its block.

import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, TimeoutError } from 'manyfold';

const square = (x: number): number => x * x;
const pidOf = (): number => process.pid;
const ten = Array.from({ length: 10 }, (_, x) => x);

{
  await using pool = new Pool(4);
  console.log(await pool.map(square, ten));
  for await (const i of pool.imapUnordered(square, ten)) console.log(i);

  console.log(await pool.applyAsync(square, [20]).get({ timeout: 10_000 }));
  console.log(await pool.applyAsync(pidOf).get({ timeout: 10_000 }));
  const pids = await Promise.all([1, 2, 3, 4].map(() => pool.applyAsync(pidOf).get({ timeout: 10_000 })));
  console.log(pids.length, pids.every(Number.isInteger));

  try {
    console.log(await pool.applyAsync(sleep, [10_000]).get({ timeout: 100 }));
  } catch (error) {
    if (error instanceof TimeoutError) console.log('We lacked patience and got a multiprocessing.TimeoutError');
  }
  console.log('For the moment, the pool remains available for more work');
}
console.log('Now the pool is closed and no longer available');
