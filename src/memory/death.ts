import { isRunning } from '../system/life.js';
import { forgetBell } from './doorbell.js';
import { collectIfDue } from './collect.js';
import { settleHand } from './hand.js';
import { underHeapLock } from './heap.js';
import { releaseHoldings } from './holdings.js';
import { SWEPT_AT } from './layout.js';
import { cellAt, header, type Cell } from './program.js';
import { releaseBlocksOf } from './release.js';
import {
  CREATOR,
  ENDED,
  EXIT,
  EXIT_BIAS,
  freeSlot,
  hasEnded,
  idOf,
  indexOf,
  isGone,
  LABEL,
  LINE,
  PID,
  readSlot,
  RUNNING,
  self,
  SERVER,
  slotBase,
  slotsIn,
  slotsInUse,
  STANDING,
  START_TIME,
  STARTING,
  STATE,
} from './slots.js';
import { claimStanding } from './standing.js';
import { call, callAllWhoCare, strikeOut } from './waiters.js';

/** The exit code of a process whose real one nobody can know any more: its fork server died first. As CPython's. */
export const EXIT_UNKNOWN = 255;

/** Those who wait for a slot's process to start, end or answer. */
export function lineOf(id: number): Cell {
  return cellAt(slotBase(indexOf(id)) + LINE);
}

/**
 * Repairs what a process has left behind when it ended, and tells everyone whom it may concern. Whoever sees the death may
 * do it. Should that one die over it, the slot has not ENDED, and the next one does all of it again.
 */
export function bury(id: number, exitCode: number): void {
  const creator = header()[slotBase(indexOf(id)) + CREATOR]!;
  // Under the lock: a slow second one would do it to the slot's next process.
  if (!underHeapLock(() => recordExit(id, exitCode))) return;
  endChildrenOf(id);
  if (!underHeapLock(() => clearAway(id))) return;
  forgetBell(id);
  // From ENDED on the slot belongs to the creator, who may free it at once.
  if (creator !== self() && !isMyCreator(creator) && isGone(creator)) freeEnded(id);
  else call(lineOf(id), Infinity);
  callAllWhoCare();
}

/** Says whether there is anything to do. */
function recordExit(id: number, exitCode: number): boolean {
  if (hasEnded(id)) return false;
  Atomics.compareExchange(header(), slotBase(indexOf(id)) + EXIT, 0, EXIT_BIAS + exitCode);
  return true;
}

/** Says whether this one has done it. */
function clearAway(id: number): boolean {
  if (hasEnded(id)) return false;
  const words = header();
  const base = slotBase(indexOf(id));
  strikeOut(id);
  settleHand(id);
  releaseMemoryOf(id);
  words[base + LABEL] = 0; // it was one of the blocks
  Atomics.store(words, base + STATE, ENDED);
  return true;
}

function releaseMemoryOf(id: number): void {
  releaseBlocksOf(id);
  releaseHoldings(id);
  collectIfDue();
}

/** One's own creator is there as long as oneself: there is no need to ask the kernel. */
export function isMyCreator(id: number): boolean {
  return header()[slotBase(indexOf(self())) + CREATOR] === id;
}

/** A child does not outlive its creator. Those that are gone already have nobody left to collect them. */
function endChildrenOf(id: number): void {
  for (const unborn of slotsIn(-id)) giveUp(unborn, id);
  for (const spare of slotsIn(STANDING)) {
    if (readSlot(spare, SERVER) === id && claimStanding(spare)) giveUp(spare, self());
  }
  for (const child of slotsInUse()) {
    // A thread that nobody of the program has made is its own creator.
    if (child === id || readSlot(child, CREATOR) !== id) continue;
    if (readSlot(child, STATE) === ENDED) freeEnded(child);
    // A thread: gone with its process. Others that are gone are perhaps known to nobody else by now.
    else if (readSlot(child, LABEL) || isGone(child)) bury(child, EXIT_UNKNOWN);
    else killSlot(child);
  }
}

/** By its creator: frees the slot of a process that could not be started. */
export function discard(id: number): void {
  if (readSlot(id, STATE) === -self()) return giveUp(id, self());
  bury(id, EXIT_UNKNOWN);
  freeSlot(id);
}

/** Frees a slot that its claimer has left half open, and ends the process that stood by in it. */
function giveUp(id: number, claimer: number): void {
  // Under the lock: its server may just be looking for it, and a slow second one would free somebody else's.
  underHeapLock(() => {
    if (readSlot(id, STATE) !== -claimer) return;
    killSlot(id);
    releaseMemoryOf(id);
    freeSlot(id);
  });
}

/** Under the lock: a slow second one would free the slot's next process. */
function freeEnded(id: number): void {
  underHeapLock(() => {
    if (readSlot(id, STATE) === ENDED) freeSlot(id);
  });
}

/** Kills the process of a slot, if it is there. */
export function killSlot(id: number): void {
  const pid = readSlot(id, PID);
  const startTime = readSlot(id, START_TIME);
  if (!pid || !startTime || !isRunning(pid, startTime)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended in between.
  }
}

const SWEEP_INTERVAL = 250;

/**
 * Looks for processes that have ended without anybody noticing, because those who should have are dead or busy. Called
 * by everyone who has waited for a while; one of them does it, a few times a second.
 */
export function sweep(): void {
  const words = header();
  const now = Date.now() | 0;
  const last = Atomics.load(words, SWEPT_AT);
  // Without a sign: half of the time these 32 bits of it are negative.
  if ((now - last) >>> 0 < SWEEP_INTERVAL || Atomics.compareExchange(words, SWEPT_AT, last, now) !== last) return;
  for (const id of slotsInUse()) {
    const state = Atomics.load(words, slotBase(indexOf(id)) + STATE);
    const gone = state === RUNNING && id !== self() && isGone(id);
    // One that is not there yet when its creator dies never will be: the kernel has killed whoever was on his way.
    if ((gone || state === STARTING) && isOrphan(id)) bury(id, EXIT_UNKNOWN);
    else if (gone) silence(id);
  }
}

/** Its parent will still want to record how it ended; this only lets nobody wait in vain until then. */
function silence(id: number): void {
  underHeapLock(() => {
    if (idOf(indexOf(id)) === id && header()[slotBase(indexOf(id)) + STATE] === RUNNING) strikeOut(id);
  });
  callAllWhoCare();
}

/** Whether nobody is left who would record how a process has ended: neither its creator nor the server that forked it. */
function isOrphan(id: number): boolean {
  const words = header();
  const base = slotBase(indexOf(id));
  const server = words[base + SERVER]!;
  return isGone(words[base + CREATOR]!) && (server === 0 || isGone(server));
}
