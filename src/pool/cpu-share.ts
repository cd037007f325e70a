import { cpuCount } from '../process/cpu-count.js';

let siblings = 1;

/** In a worker: says among how many the processors are shared. */
export function shareCpus(workers: number): void {
  siblings = workers;
}

/** How many workers a pool has unless told: one for each processor, of which a pool inside of a worker gets its part. */
export function defaultWorkers(): number {
  return Math.max(1, Math.floor(cpuCount() / siblings));
}
