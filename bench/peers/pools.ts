/** The pools of Node, each with two workers and the same task, each called in the one way that it has. */

import { peerFile } from './files.js';

export interface PeerPool {
  /** Runs the task once. */
  run(x: number): PromiseLike<unknown>;
  end(): Promise<void>;
}

export const workers = 2;

export async function piscinaPool(tasksPerWorker = 1): Promise<PeerPool> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: peerFile('noop.js'),
    minThreads: workers,
    maxThreads: workers,
    maxQueue: 1_000_000,
    concurrentTasksPerWorker: tasksPerWorker,
  });
  return { run: (x) => pool.run(x), end: () => pool.destroy() };
}

export async function tinypoolPool(runtime: 'worker_threads' | 'child_process'): Promise<PeerPool> {
  const { Tinypool } = await import('tinypool');
  const pool = new Tinypool({ filename: peerFile('noop.js'), minThreads: workers, maxThreads: workers, runtime });
  return { run: (x) => pool.run(x), end: () => pool.destroy() };
}

export async function workerpoolPool(workerType: 'thread' | 'process'): Promise<PeerPool> {
  const { default: workerpool } = await import('workerpool');
  const pool = workerpool.pool(peerFile('workerpool.js'), { minWorkers: workers, maxWorkers: workers, workerType });
  return {
    run: (x) => pool.exec('noop', [x]),
    async end() {
      await pool.terminate();
    },
  };
}
