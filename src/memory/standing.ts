import { futexWait, futexWake } from '../system/futex.js';
import type { StartTime } from '../system/life.js';
import { underHeapLock } from './heap.js';
import { cellAt, header, systemAddress } from './program.js';
import {
  CREATOR,
  FREE,
  freeSlot,
  idOf,
  indexOf,
  PID,
  publishSlot,
  readSlot,
  RUNNING,
  self,
  SERVER,
  slotBase,
  SPARE,
  START_TIME,
  STANDING,
  STARTING,
  STATE,
} from './slots.js';

/**
 * A process that a fork server has forked ahead has a slot from then on. It stands by in it until a creator makes the slot
 * its own, fills it, and sends the process off; nobody else has a part in that. A process that is forked because a creator
 * has asked for it begins likewise: in a slot that says STARTING, from the moment that its PID is there.
 *
 *   server                            creator                           process
 *   claims a slot, forks        --->                                    waits for its PID
 *   stores PID, STANDING        --->                                    waits to be taken
 *                                     STANDING -> -creator, wakes it ->
 *                                     fills the slot                    makes itself ready
 *                                     -creator -> STARTING, wakes it -> STARTING -> RUNNING: it begins
 *
 * Each step leads from a state that only its author may leave, or is a compare and swap that one of several wins: so a
 * creator who finds that the process has died can take its slot back (`withdraw`), unless the process has begun.
 */

/** In the fork server: says who has been forked for a slot, which the process waits for. */
export function introduce(id: number, pid: number, startTime: StartTime): void {
  const base = slotBase(indexOf(id));
  header()[base + START_TIME] = startTime;
  Atomics.store(header(), base + PID, pid);
  wake(base + PID);
}

/** In the fork server: the process of a slot that it has claimed stands by from now on. */
export function offer(id: number): void {
  const base = slotBase(indexOf(id));
  header()[base + SERVER] = self();
  Atomics.store(header(), slotBase(indexOf(self())) + SPARE, id);
  Atomics.store(header(), base + STATE, STANDING);
}

/** Makes the slot of a process that stands by at `server` the caller's own, as if it had claimed it. */
export function takeStanding(server: number): number | undefined {
  const spare = readSlot(server, SPARE);
  if (!spare || !claimStanding(spare)) return undefined;
  const base = slotBase(indexOf(spare));
  wake(base + STATE);
  header()[base + CREATOR] = self();
  return idOf(indexOf(spare)); // it may be another server's by now, and who stands by in it is as good
}

/** Only one of several can. */
export function claimStanding(id: number): boolean {
  return changeState(id, STANDING, -self());
}

/** By its creator: the process of a slot begins. */
export function sendOff(id: number): void {
  publishSlot(id);
  wake(slotBase(indexOf(id)) + STATE);
}

/** By its creator: a slot whose process has died is half open again, and nobody's process. False when that had begun. */
export function withdraw(id: number): boolean {
  // Under the lock, as `passToCreator` is.
  return underHeapLock(() => {
    if (!changeState(id, STARTING, -self())) return false;
    disown(id);
    return true;
  });
}

/** By its creator, before it was sent off: the process of a slot never begins, and the slot is nobody's process. */
export function disown(id: number): void {
  const base = slotBase(indexOf(id));
  header()[base + START_TIME] = 0;
  Atomics.store(header(), base + PID, 0);
}

/** In the process that has been forked for a slot: returns when a creator has it. */
export function awaitCreator(id: number): void {
  const base = slotBase(indexOf(id));
  sleepUntil(base + PID, 0, (word) => word === process.pid);
  // It has not entered the slot yet, and still goes by its server's.
  sleepUntil(base + STATE, STANDING, (state) => state !== STANDING && state !== -self());
}

/** Likewise, when it is to begin. */
export function awaitOrder(id: number): void {
  const base = slotBase(indexOf(id));
  // Should its creator have given up, the slot may be another's by now, and it itself is being killed.
  const isMine = (): boolean => Atomics.load(header(), base + PID) === process.pid;
  sleepUntil(base + STATE, STANDING, (state) => state === STARTING && isMine() && changeState(id, STARTING, RUNNING));
}

/** Sleeps, to begin with for as long as the word is what it is `likely` to be. */
function sleepUntil(index: number, likely: number, isThere: (word: number) => boolean): void {
  const address = systemAddress(cellAt(index));
  for (let seen = likely; ;) {
    futexWait(address, seen, LONG);
    seen = Atomics.load(header(), index);
    if (isThere(seen)) return;
  }
}

const LONG = 2 ** 31;

/**
 * In the fork server, when the process that it has forked for a slot has ended: makes its end the creator's to hear, and says
 * whether that is so. It is not as long as the process has not been sent off: then nobody waits for it yet.
 */
export function passToCreator(id: number, pid: number): boolean {
  if (readSlot(id, STATE) === RUNNING) return true;
  // Under the lock: else the slot could become another process's in between.
  return underHeapLock(() => {
    if (readSlot(id, PID) !== pid) return false;
    if (claimStanding(id)) {
      freeSlot(id);
      return false;
    }
    changeState(id, STARTING, RUNNING); // from here on its creator cannot withdraw it
    return readSlot(id, STATE) === RUNNING;
  });
}

/** Whether a slot is its server's no more. */
export function isSentOff(id: number): boolean {
  const state = readSlot(id, STATE);
  return state === undefined || state > FREE;
}

function changeState(id: number, from: number, to: number): boolean {
  return Atomics.compareExchange(header(), slotBase(indexOf(id)) + STATE, from, to) === from;
}

function wake(index: number): void {
  futexWake(systemAddress(cellAt(index)), 1);
}
