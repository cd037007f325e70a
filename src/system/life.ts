import fs from 'node:fs';
import os from 'node:os';
import { RuntimeError } from '../errors.js';
import { peekExit } from './child.js';
import { fileError, systemError } from './error.js';
import { clockGettime, errno, SYS_PIDFD_OPEN, syscall } from './libc.js';
import { isOfNobody, statOf } from './stat.js';

/** What tells a process from a later one with the same pid: when it started, in clock ticks since boot (32 bits of it). */
export type StartTime = number;

/**
 * undefined when there is no such process, or when it has ended and only waits to be collected.
 *
 * @throws {OSError} ERR_SYSTEM_CALL: it cannot be told, as no descriptor is left
 */
export function startTimeOf(pid: number): StartTime | undefined {
  const stat = statOf(`/proc/${pid}`);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat.startTime | 0;
}

/**
 * Of the calling process or a thread of it.
 *
 * @throws {RuntimeError} ERR_NO_PROC: everybody would seem to be gone
 */
export function ownStartTime(pid = process.pid): StartTime {
  const startTime = startTimeOf(pid);
  if (startTime !== undefined) return startTime;
  throw new RuntimeError('ERR_NO_PROC', 'the file system /proc, by which processes see each other, is not mounted');
}

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

/** Whoever cannot be seen to be gone counts as running: what a process holds must not be given away while it lives. */
export function isRunning(pid: number, startTime: StartTime): boolean {
  try {
    return startTimeOf(pid) === startTime;
  } catch {
    return exists(pid); // this process has no descriptor left
  }
}

/** Without a descriptor: whether there is such a process, or a later one with its pid. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return peekExit(pid) === undefined; // one that has ended is there until it is collected
}

/**
 * A descriptor that becomes readable when the process ends; undefined when it has ended and been collected.
 *
 * @throws {OSError} ERR_SYSTEM_CALL: no descriptor is left
 */
export function openProcess(pid: number): number | undefined {
  const fd = syscall(SYS_PIDFD_OPEN, pid, 0, 0, null, 0, 0) as number;
  if (fd >= 0) return fd;
  if (errno() === os.constants.errno.ESRCH) return undefined;
  throw systemError('pidfd_open');
}

/**
 * Another process's descriptor, opened anew in this one; undefined when that process is gone.
 *
 * @throws {OSError} ERR_SYSTEM_CALL: no descriptor is left
 */
export function openForeign(pid: number, fd: number, flags: number): number | undefined {
  try {
    return fs.openSync(`/proc/${pid}/fd/${fd}`, flags);
  } catch (error) {
    if (isOfNobody(error) || (error as NodeJS.ErrnoException).code === 'ENXIO') return undefined;
    throw fileError(error);
  }
}
