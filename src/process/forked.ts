import fs from 'node:fs';
import { bury } from '../memory/death.js';
import { addHeir, removeHeir } from '../memory/inheritance.js';
import { reapIfEnded } from '../system/child.js';
import { inForkedChild } from '../system/generation.js';
import { openProcess } from '../system/life.js';
import { pollReadable } from '../system/pipe.js';
import { watchReadable } from '../system/watch.js';

/** The children that this process has forked itself, by the ids of their slots. It alone can collect them. */
const forked = new Map<number, Forked>();

interface Forked {
  readonly pid: number;
  /** Readable when it has ended. */
  readonly fd: number;
  endWatch(): void;
}

inForkedChild(() => {
  for (const { fd } of forked.values()) fs.closeSync(fd);
  forked.clear();
});

/** @throws {OSError} ERR_SYSTEM_CALL: no descriptor is left to watch it by */
export function watchForked(id: number, pid: number): void {
  const fd = openProcess(pid)!; // not collected yet, so it is there
  try {
    forked.set(id, { pid, fd, endWatch: watchReadable(fd, () => buryForked(id), { ref: false }) });
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  addHeir(id);
}

/** Records the end of a child, if it was forked by this process and has ended. */
export function buryForked(id: number): void {
  const child = forked.get(id);
  const exitCode = child && reapIfEnded(child.pid);
  if (child === undefined || exitCode === undefined) return;
  forked.delete(id);
  child.endWatch();
  fs.closeSync(child.fd);
  bury(id, exitCode);
  removeHeir(id);
}

/** Blocks until a child has ended, if it was forked by this process; for `milliseconds` at most. */
export function awaitForkedSync(id: number, milliseconds = Infinity): void {
  const child = forked.get(id);
  if (child === undefined) return;
  const deadline = performance.now() + milliseconds;
  // A signal ends each poll.
  for (let left = milliseconds; left > 0; left = deadline - performance.now()) {
    if (pollReadable([child.fd], Math.min(Math.ceil(left), LONGEST_POLL))[0]) return buryForked(id);
  }
}

const LONGEST_POLL = 60_000;
