import { type Assignment, liveAsWorker } from './worker.js';

/** What a worker runs. It travels by name, so every process has it; what it does is loaded by those that are workers. */
export async function work(assignment: Assignment): Promise<void> {
  await liveAsWorker(assignment);
}
