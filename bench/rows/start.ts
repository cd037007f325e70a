import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { api } from '../api.js';
import { peerFile } from '../peers/files.js';
import { cpython, ours, peer, secondsEach, type Row } from '../row.js';

export const start: Row = {
  id: 'start',
  title: 'Start and join an empty process',
  shown: 'time',
  contestants: [
    ours('forkserver', ['getContext'], (times) => startOurs('forkserver', times(200))),
    cpython('start', 'fork'),
    cpython('start', 'forkserver'),
    peer('worker_threads', 'Worker', (times) => startWorkers(times(20))),
    peer('child_process', 'fork', (times) => startChildren(times(10))),
    ours('spawn', ['getContext'], (times) => startOurs('spawn', times(10))),
    cpython('start', 'spawn'),
  ],
};

/** The same one each time, as CPython's; what it costs to send a new one is a row of its own. */
const nothing = () => {};

async function startOurs(method: 'forkserver' | 'spawn', count: number): Promise<number> {
  const { Process } = api.getContext(method);
  const startOne = async () => {
    const child = new Process({ target: nothing });
    await child.start();
    await child.join();
  };
  await startOne(); // the first one also starts the server
  return secondsEach(count, async () => {
    for (let i = 0; i < count; i++) await startOne();
  });
}

async function startWorkers(count: number): Promise<number> {
  return secondsEach(count, async () => {
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => new Worker('', { eval: true }).once('exit', resolve));
    }
  });
}

async function startChildren(count: number): Promise<number> {
  return secondsEach(count, async () => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => fork(peerFile('empty.js')).once('exit', resolve));
  });
}
