import { sweep } from '../memory/death.js';
import { call, calm, enterLine, isCalled, leaveLine, sleepInLine, stayInLine, type Entry } from '../memory/waiters.js';
import { onMachine } from '../system/clock.js';
import { isAlone, waitsForItself } from './alone.js';
import { deadlockOf } from './deadlock.js';
import { stepAside } from './groups.js';
import { userFrames } from './frames.js';
import { noteBlocking } from './notes.js';
import { currentOwner } from './owner.js';
import { spin } from './spin.js';
import { FIRST_LOOK, HUNGRY_AFTER, LAST_LOOK, tryDeeper, type Waitable } from './waitable.js';

export type { Waitable } from './waitable.js';

/**
 * Blocks the calling thread. Gives undefined after `timeout` milliseconds.
 *
 * @throws {RuntimeError} ERR_WAITS_FOR_ITSELF: it would be for ever, as nobody else knows of what is waited for
 */
export function waitSync<T>(waitable: Waitable<T>, timeout = Infinity): T | undefined {
  const taken = waitable.attempt(false);
  if (taken !== undefined) return taken;
  if (timeout <= 0) return tryDeeper(waitable);
  if (timeout === Infinity && isAlone(waitable)) return lookAlone(waitable);
  return (
    spin(() => (waitable.glance?.() === false ? undefined : waitable.attempt(false))) ?? waitAsleep(waitable, timeout)
  );
}

/** It is now or never. */
function lookAlone<T>(waitable: Waitable<T>): T {
  const taken = waitable.attempt(true);
  if (taken === undefined) throw waitsForItself('this call on something that no other thread has been given');
  return taken;
}

/** Likewise, for one who has looked for as long as it pays. */
export function waitAsleep<T>(waitable: Waitable<T>, timeout: number): T | undefined {
  // Our own coroutines in this line cannot come while we block: we stand there in their place.
  const aside = stepAside(waitable.line);
  try {
    return sleepSync(waitable, timeout, aside?.ticket);
  } finally {
    aside?.back();
  }
}

function sleepSync<T>(waitable: Waitable<T>, timeout: number, place: number | undefined): T | undefined {
  const { line, cares, kind, newestFirst } = waitable;
  const since = performance.now();
  const entry = enterLine(line, { blocking: true, cares, kind, newestFirst, ticket: place });
  let look = FIRST_LOOK;
  let called = false;
  let hungry = false;
  let noted = false;
  try {
    for (let patient = false; ;) {
      const result = waitable.attempt(patient, called);
      const left = since + timeout - performance.now();
      if (result !== undefined || left <= 0) return result;
      if (patient && kind !== undefined) {
        noted ||= note(entry.ticket, since);
        endDeadlock(entry.ticket, since);
      }
      sleepInLine(entry, Math.min(left, look));
      called = isCalled(entry);
      hungry ||= called && performance.now() - since > HUNGRY_AFTER;
      stayInLine(entry, called, hungry);
      patient = !called;
      if (patient) {
        sweep();
        look = Math.min(look * 2, LAST_LOOK);
      }
    }
  } finally {
    leave(entry, called || hungry);
    if (noted) noteBlocking(undefined);
  }
}

/** Leaves the line for good; a call that came too late for us is the next one's. */
function leave(entry: Entry, sated: boolean): void {
  if (sated) calm(entry.line);
  if (leaveLine(entry)) call(entry.line);
}

/** Says where this thread waits, when it has done so for a while: it may be part of a deadlock. */
function note(ticket: number, since: number): true {
  const stack = userFrames(new Error('here').stack);
  noteBlocking({ ticket, since: onMachine(since), stack, owner: currentOwner(), blocking: true });
  return true;
}

function endDeadlock(ticket: number, since: number): void {
  const deadlock = deadlockOf(ticket, currentOwner(), performance.now() - since);
  if (deadlock) throw deadlock;
}
