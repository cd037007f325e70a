import fs from 'node:fs';
import { constants } from 'node:os';
import { WorkerCrashedError, type CrashedTask } from '../errors.js';
import type { Death } from './crew.js';
import type { Errand } from './errand.js';
import { APPLY } from './share.js';

/** The error for a worker that has died; `when` completes the sentence. */
export function crash(death: Death, when: string, errand?: Errand): WorkerCrashedError {
  const { pid, exitCode, stderr } = death;
  const signal = exitCode < 0 ? signalName(-exitCode) : null;
  const outOfMemory = hasRunOutOfMemory(signal, death);
  const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  const task = errand && describe(errand);
  const text = `worker ${pid} ended with ${how} ${when}${task ? `: ${nameOf(task)}` : ''}`;
  return new WorkerCrashedError(outOfMemory ? `${text}; it had run out of memory` : text, {
    pid,
    exitCode: signal === null ? exitCode : null,
    signal,
    outOfMemory,
    stderr,
    task: task ?? null,
  });
}

function describe({ job, kind, length, first }: Errand): CrashedTask {
  const { target } = job;
  if (kind === APPLY) return { target, items: null };
  return { target, items: [first, first + length] };
}

function nameOf({ target, items }: CrashedTask): string {
  if (items === null) return target;
  return items[1] - items[0] === 1
    ? `${target} of item ${items[0]}`
    : `${target} of items ${items[0]} to ${items[1] - 1}`;
}

function signalName(number: number): string {
  const names = Object.entries(constants.signals).find(([, each]) => each === number);
  return names?.[0] ?? String(number);
}

/** What V8 does when it finds no memory depends on what asked for it. */
const OF_THE_ENGINE = new Set<string | null>(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGSEGV']);

/**
 * V8 says so and aborts; where it cannot get even the memory to say so, under a limit, it just dies. The kernel sends
 * SIGKILL, and counts.
 */
function hasRunOutOfMemory(signal: string | null, { stderr, isLimited, kernelKills }: Death): boolean {
  if (signal === 'SIGKILL') return oomKills() > kernelKills;
  if (!OF_THE_ENGINE.has(signal)) return false;
  return isLimited || /heap out of memory|Fatal process out of memory/.test(stderr);
}

/** How many processes the kernel has killed for want of memory, on the whole machine. */
export function oomKills(): number {
  try {
    return Number(/^oom_kill (\d+)/m.exec(fs.readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
