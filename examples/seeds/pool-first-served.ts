// Seeds: S000-43, S000-50, S004-35, S004-36
// Three workers take the first three of five tasks, and the others as they become free. close() lets all of them end;
// join() asks for it before.

import { Barrier, Pool, Queue, ValueError } from 'manyfold';

const begun = new Queue<number>();
const together = new Barrier(3);

async function work(n: number): Promise<number> {
  await begun.put(n);
  if (n < 3) await together.wait(); // until all three have begun
  return n;
}

const pool = new Pool(3);
const results = [0, 1, 2, 3, 4].map((n) => pool.applyAsync(work, [n]));
try {
  await pool.join();
} catch (error) {
  console.log(error instanceof ValueError, (error as Error).message);
}
pool.close();
await pool.join();
const order: number[] = [];
while (!begun.empty()) order.push(await begun.get());
const sorted = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b);
console.log(sorted(order.slice(0, 3)), sorted(order.slice(3)));
console.log(await Promise.all(results.map((result) => result.get())));
