// Seeds: S000-35, S000-36, S000-37
// Five processes take turns; nobody joins them, and still the program waits for all.

import { setTimeout as sleep } from 'node:timers/promises';
import { Lock, Process, Value } from 'manyfold';

const lock = new Lock();
const inside = new Value('i', 0);

async function work(n: number): Promise<void> {
  await lock.acquire();
  inside.value += 1;
  console.log(`我是进程${n}, 这里有${inside.value}个`);
  await sleep(10);
  inside.value -= 1;
  lock.release();
}

for (let n = 0; n < 5; n++) await new Process({ target: work, args: [n] }).start();
