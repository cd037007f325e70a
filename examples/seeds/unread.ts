// Seeds: S004-24, S004-26
// Note: what was put is stored, so nobody waits at its end for what nobody has read; Python's main process would hang.

import { Process, Queue } from 'manyfold';

const queue = new Queue<Uint8Array>();
const p = new Process({ target: async () => queue.put(new Uint8Array(10_000_000)) });
await p.start();
await p.join();
console.log(p.exitCode, (await queue.get()).length);
await queue.put(new Uint8Array(1_000_000));
console.log('the end');
