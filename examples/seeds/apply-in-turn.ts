// Seeds: S000-41, S000-42, S000-48, S004-33, S004-34
// Note: the words are the other way round: apply waits for its result, applyAsync gives an AsyncResult at once.
// apply runs one task after the other; with applyAsync they run side by side, and the callbacks come as they end.

import { Barrier, Pool } from 'manyfold';

const together = new Barrier(3);

function square(n: number): number {
  console.log('task', n);
  return n ** 2;
}

async function meet(n: number): Promise<number> {
  await together.wait(); // it would never come back if the others had to wait for it
  return n ** 2;
}

await using pool = new Pool(3);
for (let n = 0; n < 5; n++) console.log('result', await pool.apply(square, [n]));
const results = [0, 1, 2].map((n) =>
  pool.applyAsync(meet, [n], { callback: (value) => console.log('callback', value) }),
);
for (const result of results) console.log('got', await result.get());
