// Seeds: S000-40, S000-47, S003-37
// Five tasks on three workers; the callback runs in the main process. join() waits for all of them.

import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'manyfold';

async function fun(i: number): Promise<void> {
  console.log('正在运行进程:', i);
  await sleep(200);
}

function endFun(): void {
  console.log('完成!');
  console.log('回调进程::', process.pid);
}

console.log('主进程:', process.pid);
const pool = new Pool(3);
for (let i = 0; i < 5; i++) pool.applyAsync(fun, [i], { callback: endFun });
pool.close();
await pool.join();
