// Seeds: S000-46, S000-49
// Note: a task that was asked for is done before the program ends, joined or not; Python's program would just end.
// terminate() stops the workers: tasks that were not done have an error instead of a result.

import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'manyfold';

const stopped = new Pool(1);
const never = stopped.applyAsync(() => sleep(60_000));
stopped.terminate();
console.log(await never.get().catch((error: unknown) => (error as Error).constructor.name));

async function work(n: number): Promise<void> {
  await sleep(50);
  console.log('task', n);
}

const pool = new Pool(2);
for (let n = 0; n < 3; n++) pool.applyAsync(work, [n]);
pool.close();
console.log('主进程结束');
