import type { Connection } from '../channel/connection.js';
import type { Process } from '../process/process.js';
import { LocalLines, type Way } from './lines.js';

/** The end of a server's process that has been asked to end: it has so many milliseconds, and as many when it is terminated. */
export async function ended(process: Process, timeout: number): Promise<void> {
  await process.join({ timeout });
  if (process.isAlive()) {
    process.terminate();
    await process.join({ timeout });
  }
  if (process.isAlive()) process.kill();
  await process.join();
}

/** The same, blocking. */
export function endedSync(process: Process, timeout: number): void {
  process.joinSync({ timeout });
  if (process.isAlive()) {
    process.terminate();
    process.joinSync({ timeout });
  }
  if (process.isAlive()) process.kill();
  process.joinSync();
}

/** Asks a server of this program to end, and waits for nothing. What is given has to stay until it has read that. */
export function askToEnd({ lobby }: Way): Connection {
  return new LocalLines(lobby!).tell([null, 'shutdown', [], {}]);
}
