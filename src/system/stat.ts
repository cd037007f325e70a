import fs from 'node:fs';
import { fileError } from './error.js';

/** What the kernel says of a process or a thread: proc_pid_stat(5). */
export interface Stat {
  /** One letter: R on a processor, D at work in the kernel, Z ended and not collected yet. */
  readonly state: string;
  /** In clock ticks since boot. */
  readonly startTime: number;
}

/**
 * Of `/proc/PID` or `/proc/PID/task/TID`; undefined when there is none.
 *
 * @throws {OSError} ERR_SYSTEM_CALL: it cannot be told, as no descriptor is left
 */
export function statOf(path: string): Stat | undefined {
  const text = read(path);
  if (text === undefined) return undefined;
  // The name in parentheses may hold anything, also spaces and parentheses; the state comes after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ', START_TIME + 1);
  return { state: fields[STATE]!, startTime: Number(fields[START_TIME]) };
}

const STATE = 0;
const START_TIME = 19;

/** Holds all of it: some fifty numbers. */
const stats = Buffer.alloc(2048);

/** `readFileSync` takes 64 KB for a file whose size it does not know: in the fork server, new pages each time. */
function read(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = fs.openSync(`${path}/stat`, 'r');
    return stats.toString('latin1', 0, fs.readSync(fd, stats));
  } catch (error) {
    if (isOfNobody(error)) return undefined;
    throw fileError(error);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Whether what was asked of `/proc` failed because its process or thread is gone: before it was opened, or after that. */
export function isOfNobody(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
