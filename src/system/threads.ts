import fs from 'node:fs';
import { withFiles } from './error.js';
import { statOf } from './stat.js';

/**
 * The threads that a single-threaded Node always has, and that a fork may leave behind: its main thread, the platform's
 * two and the inspector's, in the order in which they were started; besides them libuv's pool, once it is started.
 */
const NODE_THREADS = 4;
const PLATFORM_THREADS = [1, 2];

const TASKS = '/proc/self/task';

let pool: number | undefined;

/** Has libuv start its thread pool, as a whole, so that the number of threads says whether there are others. */
export async function startThreadPool(): Promise<void> {
  if (pool !== undefined) return;
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  await fs.promises.stat('/');
  pool = size;
}

/** How many threads this process has beyond Node's own. Anything above is a loader, a worker or a profiler. */
export function unexpectedThreads(): number {
  return Math.max(0, threads().length - NODE_THREADS - (pool ?? 0));
}

/** Whether a thread beside the calling one is on a processor, and not asleep in the kernel. */
export function otherThreadsRun(): boolean {
  return threads().some((thread) => thread !== String(process.pid) && stateOf(thread) === 'R');
}

/** Likewise, of the threads of Node's platform in a process that has them. One that waits for a page is at work as well. */
export function platformThreadsAtWork(): boolean {
  const all = threads();
  return PLATFORM_THREADS.map((place) => stateOf(all[place]!)).some((state) => state === 'R' || state === 'D');
}

/** The oldest first, as the kernel keeps them. `readdirSync` gives them by their digits, where 10000 comes before 9999. */
function threads(): string[] {
  const folder = withFiles(() => fs.opendirSync(TASKS));
  try {
    const found: string[] = [];
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) found.push(entry.name);
    return found;
  } finally {
    folder.closeSync();
  }
}

/** undefined of one that has ended. */
function stateOf(thread: string): string | undefined {
  return statOf(`${TASKS}/${thread}`)?.state;
}
