// Seeds: S004-12
// Note: in the original it depends on the time whether the daemon still prints; here it would have to wait a minute.
// A daemon that nobody waits for ends with the main process, before it has printed anything.

import { setTimeout as sleep } from 'node:timers/promises';
import { Process } from 'manyfold';

async function f(): Promise<void> {
  await sleep(60_000);
  console.log('Daemon');
}

await new Process({ target: f, daemon: true }).start();
console.log('Main Process');
