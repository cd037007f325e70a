// Seeds: S004-32, S004-38
// All tasks at once; those beyond the number of workers wait for an idle one. Results are read after join().

import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'manyfold';

async function work(n: number): Promise<number> {
  console.log(`PID:${process.pid} run`);
  await sleep(50);
  return n ** 2;
}

const pool = new Pool(3);
const results = [0, 1, 2, 3, 4].map((i) => pool.applyAsync(work, [i]));
pool.close();
await pool.join();
console.log((await Promise.all(results)).join(' '));
