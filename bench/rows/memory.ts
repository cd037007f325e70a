import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { relatives } from '../../tests/support/processes.js';
import { api } from '../api.js';
import { peerFile } from '../peers/files.js';
import { cpython, ours, peer, type Row } from '../row.js';

export const memory: Row = {
  id: 'memory',
  title: 'Memory that an idle process adds (PSS)',
  shown: 'memory',
  contestants: [
    ours('forkserver', ['getContext'], () => ofOurs('forkserver')),
    cpython('memory', 'fork'),
    cpython('memory', 'forkserver'),
    peer('worker_threads', 'Worker', ofWorkers),
    ours('spawn', ['getContext'], () => ofOurs('spawn')),
    cpython('memory', 'spawn'),
    peer('child_process', 'fork', ofChildren),
  ],
};

const alive = 4;
/** Long enough for a spawned process to have started, on a busy machine as well. */
const settled = 1500;

/**
 * What one of `alive` processes adds to the program as a whole. Pages that processes share count for each of them by
 * its share, so the sum over all counts each page once; a server's pages that a child has come to share are not added.
 */
async function growth(startOne: () => unknown): Promise<number> {
  const before = proportionalBytes();
  for (let i = 0; i < alive; i++) await startOne();
  await sleep(settled);
  return (proportionalBytes() - before) / alive;
}

function proportionalBytes(): number {
  const pids = [process.pid, ...relatives(process.pid).map(({ pid }) => pid)];
  const kilobytes = pids.map(
    (pid) => /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1],
  );
  return kilobytes.reduce((sum, each) => sum + Number(each), 0) * 1024;
}

async function ofOurs(method: 'forkserver' | 'spawn'): Promise<number> {
  const { Process } = api.getContext(method);
  const warm = new Process({ target: () => {} });
  await warm.start();
  await warm.join();
  const children: InstanceType<typeof Process>[] = [];
  const bytes = await growth(async () => {
    const child = new Process({ target: () => new Promise((resolve) => setTimeout(resolve, 3_600_000)) });
    children.push(child);
    await child.start();
  });
  for (const child of children) child.kill();
  for (const child of children) await child.join();
  return bytes;
}

async function ofWorkers(): Promise<number> {
  const workers: Worker[] = [];
  const bytes = await growth(() => workers.push(new Worker(peerFile('idle.js'))));
  for (const worker of workers) await worker.terminate();
  return bytes;
}

async function ofChildren(): Promise<number> {
  const children: ReturnType<typeof fork>[] = [];
  const bytes = await growth(() => children.push(fork(peerFile('idle.js'))));
  for (const child of children) child.kill();
  return bytes;
}
