import fs from 'node:fs';
import { clockGettime, SYS_PIDFD_OPEN, syscall } from './libc.js';

/** What tells a process from a later one with the same pid: when it started, in clock ticks since boot (32 bits of it). */
export type StartTime = number;

/** undefined when there is no such process, or when it has ended and only waits to be collected. */
export function startTimeOf(pid: number): StartTime | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold anything, also spaces and parentheses; the state comes after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', START_TIME + 1);
  return fields[STATE] === 'Z' || fields[STATE] === 'X' ? undefined : Number(fields[START_TIME]) | 0;
}

const STATE = 0;
const START_TIME = 19;

/**
 * The start time that a process would have now. If it is the same before and after a fork, it is the child's, and there is
 * no need to look it up, which takes a tenth of what the fork itself does.
 */
export function startTimeNow(): StartTime {
  clockGettime(CLOCK_BOOTTIME, time);
  return (Number(time[0]) * TICKS_PER_SECOND + Math.floor(Number(time[1]) / (1e9 / TICKS_PER_SECOND))) | 0;
}

const CLOCK_BOOTTIME = 7;
const TICKS_PER_SECOND = 100; // as the kernel tells it to programs, however it counts itself
const time = new BigInt64Array(2); // seconds and nanoseconds

/** Holds all of it: some fifty numbers. */
const stats = Buffer.alloc(2048);

/** `readFileSync` takes 64 KB for a file whose size it does not know: in the fork server, new pages each time. */
function readStat(pid: number): string | undefined {
  let fd: number | undefined;
  try {
    fd = fs.openSync(`/proc/${pid}/stat`, 'r');
    return stats.toString('latin1', 0, fs.readSync(fd, stats));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

export function isRunning(pid: number, startTime: StartTime): boolean {
  return startTimeOf(pid) === startTime;
}

/** A descriptor that becomes readable when the process ends; undefined when it has ended and been collected. */
export function openProcess(pid: number): number | undefined {
  const fd = syscall(SYS_PIDFD_OPEN, pid, 0, 0, null, 0, 0) as number;
  return fd < 0 ? undefined : fd;
}

/** Another process's descriptor, opened anew in this one; undefined when that process is gone. */
export function openForeign(pid: number, fd: number, flags: number): number | undefined {
  try {
    return fs.openSync(`/proc/${pid}/fd/${fd}`, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENXIO' || code === 'ESRCH') return undefined;
    throw error;
  }
}
