// Seeds: S001-01, S001-02, S001-03
// Note: here a daemon ends also when the main process is killed; in Python it lives on as an orphan then.
// The concubine is a daemon: her story ends with the emperor's.

import { setTimeout as sleep } from 'node:timers/promises';
import { Process, Queue } from 'manyfold';

const arrived = new Queue<void>();

async function concubine(): Promise<void> {
  console.log('入宫了.....');
  await arrived.put();
  await sleep(50_000);
  console.log('妃子病逝了');
}

console.log('登基了.....');
const p = new Process({ target: concubine });
p.daemon = true; // before start
await p.start();
await arrived.get();
console.log('故事结束了!');
