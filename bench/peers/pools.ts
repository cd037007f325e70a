/** The pools of Node, each with two workers unless told, and the same task, each called in the one way that it has. */

import { setTimeout } from 'node:timers/promises';
import { peerFile } from './files.js';

export interface PeerPool<Input = number> {
  /** Runs the task once. */
  run(input: Input): PromiseLike<unknown>;
  end(): Promise<void>;
}

/** The tasks that there are: files of this folder, and names by which workerpool knows them. */
export type TaskName = 'noop' | 'work';

export const workers = 2;

export async function piscinaPool<Input>(
  task: TaskName = 'noop',
  tasksPerWorker = 1,
  size = workers,
): Promise<PeerPool<Input>> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: peerFile(`${task}.js`),
    minThreads: size,
    maxThreads: size,
    maxQueue: 1_000_000,
    concurrentTasksPerWorker: tasksPerWorker,
  });
  return { run: (x) => pool.run(x), end: () => pool.destroy() };
}

export async function tinypoolPool<Input>(
  runtime: 'worker_threads' | 'child_process',
  task: TaskName = 'noop',
  size = workers,
): Promise<PeerPool<Input>> {
  const { Tinypool } = await import('tinypool');
  const pool = new Tinypool({ filename: peerFile(`${task}.js`), minThreads: size, maxThreads: size, runtime });
  return { run: (x) => pool.run(x), end: () => pool.destroy() };
}

export async function workerpoolPool<Input>(
  workerType: 'thread' | 'process',
  task: TaskName = 'noop',
  size = workers,
): Promise<PeerPool<Input>> {
  const { default: workerpool } = await import('workerpool');
  const pool = workerpool.pool(peerFile('workerpool.js'), { minWorkers: size, maxWorkers: size, workerType });
  return {
    run: (input) => pool.exec(task, [input]),
    async end() {
      await pool.terminate();
    },
  };
}

export async function poolifierPool<Input>(task: TaskName = 'noop', size = workers): Promise<PeerPool<Input>> {
  const { FixedThreadPool } = await import('poolifier');
  const pool = new FixedThreadPool<Input>(size, peerFile(`poolifier-${task}.js`), { errorHandler: console.error });
  return {
    run: (input) => pool.execute(input),
    async end() {
      // Behind many tasks that ran at a time its promise may never settle, though its threads have ended.
      const patience = new AbortController();
      const wait = setTimeout(1000, undefined, { signal: patience.signal }).catch(() => {});
      await Promise.race([pool.destroy(), wait]);
      patience.abort();
    },
  };
}
