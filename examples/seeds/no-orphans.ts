// Seeds: S002-34
// Note: the children of a process that is terminated end with it; Python's go on as orphans.

import { setTimeout as sleep } from 'node:timers/promises';
import { Pipe, Process } from 'manyfold';

const [mine, theirs] = Pipe<number>();

async function child(): Promise<void> {
  const grandchild = new Process({ target: () => sleep(60_000) });
  await grandchild.start();
  await theirs.send(grandchild.pid!);
  await grandchild.join();
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const p = new Process({ target: child });
await p.start();
const grandchild = await mine.recv();
console.log('the grandchild runs:', isRunning(grandchild));
p.terminate();
await p.join();
console.log('exit code:', p.exitCode);
while (isRunning(grandchild)) await sleep(1);
console.log('the grandchild has ended, too');
