// Seeds: S003-35, S003-36
// Note: The original has no main guard, and so respawns failing workers for ever unless they are forked. Here none is needed.

import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'manyfold';

async function foo(i: number): Promise<number> {
  await sleep(10);
  return i + 100;
}

const seen: number[] = [];
const pool = new Pool(5);
for (let i = 0; i < 100; i++) pool.applyAsync(foo, [i], { callback: (result) => seen.push(result) });
console.log('end');
pool.close();
await pool.join();
console.log(seen.length, Math.min(...seen), Math.max(...seen));
