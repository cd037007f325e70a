import { sweep } from '../memory/death.js';
import type { Cell } from '../memory/program.js';
import { hasEnded, isGone, self } from '../memory/slots.js';
import { isHungry } from '../memory/waiters.js';

/** Something that can be waited for, blocking or awaiting, by any number of processes at a time. */
export interface Waitable<T> {
  /** Where those who wait stand; whoever makes `attempt` possible calls this line afterwards. */
  readonly line: Cell;
  /** The object that has to be changed for `attempt` to become possible, as far as others than this thread can know of it. */
  readonly object?: number | undefined;
  /** Whether the death of some process may make `attempt` possible. */
  readonly cares: boolean;
  /** What it is, when it is something that others hold (kinds.ts): for finding deadlocks. */
  readonly kind?: number | undefined;
  /** Whether the one who came last is called first: the one that is most likely to be awake still. */
  readonly newestFirst?: boolean | undefined;
  /**
   * Whether those who stand in the line want different things, which all can be had at once, so that nobody is behind
   * anybody: in the line of a slot, say, one may wait for the end of a process and another for the start of its successor.
   */
  readonly unordered?: boolean | undefined;
  /**
   * Takes what is waited for, or gives undefined when that is not possible now. `patient` says that there is time to
   * look deeper, such as into the life of a lock's holder; `called` that it is the caller's turn: both may take what is
   * kept from others while the line is hungry. Must not change anything when it gives undefined.
   */
  attempt(patient: boolean, called?: boolean): T | undefined;
  /**
   * Whether `attempt` is worth its price, as one plain read tells: for those who look again and again. They would take the
   * word out of the cache of the one who is to change it.
   */
  glance?(): boolean;
}

/** How long a sleeper relies on being called before it looks for itself whether somebody died who should have called. */
export const FIRST_LOOK = 50;
export const LAST_LOOK = 1000;

/** One who has waited this long (ms) and is called in vain is hungry: from then on nobody may pass it by. */
export const HUNGRY_AFTER = 5;

/** Whether the process of a slot has died. Only one who is patient asks the kernel. */
export function isDead(id: number, patient: boolean): boolean {
  return id !== self() && (patient ? isGone(id) : hasEnded(id));
}

let triedAt = -Infinity;

/** For one who does not wait but tries again and again: that must come to an end as well when somebody has died. */
export function tryDeeper<T>(waitable: Waitable<T>): T | undefined {
  const now = performance.now();
  // Nor does it pass by those who wait.
  if (!waitable.cares || now - triedAt < FIRST_LOOK || isHungry(waitable.line)) return undefined;
  triedAt = now;
  sweep();
  return waitable.attempt(true);
}
