import { availableParallelism } from 'node:os';
import type { Cell } from '../memory/program.js';
import { sweep } from '../memory/death.js';
import { call, enterLine, isCalled, leaveLine, sleepInLine } from '../memory/waiters.js';

/** Something that can be waited for, blocking or awaiting, by any number of processes at a time. */
export interface Waitable<T> {
  /** Where those who wait stand; whoever makes `attempt` possible calls this line afterwards. */
  readonly line: Cell;
  /** Whether the death of some process may make `attempt` possible. */
  readonly cares: boolean;
  /** Whether the one who came last is called first: the one that is most likely to be awake still. */
  readonly newestFirst?: boolean;
  /**
   * Takes what is waited for, or gives undefined when that is not possible now. `patient` says that there is time to
   * look deeper, such as into the life of a lock's holder. Must not change anything when it gives undefined.
   */
  attempt(patient: boolean): T | undefined;
}

/** How long a sleeper relies on being called before it looks for itself whether somebody died who should have called. */
export const FIRST_LOOK = 50;
export const LAST_LOOK = 1000;

// On one core, whoever is waited for cannot make progress while we spin.
const SPINS = availableParallelism() > 1 ? 60 : 0;

/** Blocks the calling thread. Gives undefined after `timeout` milliseconds. */
export function waitSync<T>(waitable: Waitable<T>, timeout = Infinity): T | undefined {
  const taken = waitable.attempt(false);
  if (taken !== undefined || timeout <= 0) return taken;
  for (let spin = 0; spin < SPINS; spin++) {
    const result = waitable.attempt(false);
    if (result !== undefined) return result;
  }
  return sleepSync(waitable, performance.now() + timeout);
}

function sleepSync<T>(waitable: Waitable<T>, deadline: number): T | undefined {
  const { line, cares, newestFirst } = waitable;
  let ticket: number | undefined;
  let look = FIRST_LOOK;
  for (let patient = false; ;) {
    const entry = enterLine(line, { blocking: true, cares, newestFirst, ticket });
    ticket = entry.ticket; // one who was called in vain keeps its place
    let left: number;
    try {
      const result = waitable.attempt(patient);
      left = deadline - performance.now();
      if (result !== undefined || left <= 0) {
        if (leaveLine(entry)) call(line);
        return result;
      }
    } catch (error) {
      if (leaveLine(entry)) call(line);
      throw error;
    }
    sleepInLine(entry, Math.min(left, look));
    patient = !isCalled(entry);
    leaveLine(entry);
    if (patient) {
      sweep();
      look = Math.min(look * 2, LAST_LOOK);
    }
  }
}
