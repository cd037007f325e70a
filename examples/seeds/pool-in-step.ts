// Seeds: S004-37
// Note: the pool of the original is never closed; its workers are killed at the exit, with a ResourceWarning.
// One task after the other: apply waits for each.

import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'manyfold';

async function work(n: number): Promise<number> {
  console.log(`PID:${process.pid} run`);
  await sleep(50);
  return n ** 2;
}

await using pool = new Pool(3);
const results: number[] = [];
for (let i = 0; i < 3; i++) results.push(await pool.apply(work, [i]));
console.log(results);
