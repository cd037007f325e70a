import { DEADLOCK_AFTER } from '../memory/layout.js';
import { cellAt, type Cell } from '../memory/program.js';
import { inForkedChild } from '../system/generation.js';
import type { LockCore } from './lock-core.js';
import { currentOwner, PROCESS } from './owner.js';
import type { Permits } from './permits.js';
import { userFrames } from './frames.js';

/**
 * What coroutines of this thread hold, by address: what one of them leaves when it is killed is handed on, as what a
 * process leaves that dies. Of other owners nobody knows when they end.
 */
const locks = new Map<number, { readonly core: LockCore; readonly owner: number; readonly trace: Error | undefined }>();
const permits = new Map<number, { readonly of: Permits; readonly counts: Map<number, number> }>();

inForkedChild(() => {
  locks.clear();
  permits.clear();
});

/** The caller has acquired a lock. */
export function noteHeld(core: LockCore, owner = currentOwner()): void {
  if (owner !== PROCESS || locks.size > 0 || isTraced()) note(core, owner);
}

function note(core: LockCore, owner: number): void {
  const traced = isTraced();
  if (owner !== PROCESS || traced)
    locks.set(core.address, { core, owner, trace: traced ? new Error('here') : undefined });
  else locks.delete(core.address);
}

let deadlockAfter: Cell | undefined;

/** Whether those who look for deadlocks are to be told where a lock was acquired: that takes more than to acquire it. */
function isTraced(): boolean {
  deadlockAfter ??= cellAt(DEADLOCK_AFTER);
  return deadlockAfter.words[deadlockAfter.index] !== 0;
}

/** A lock that is held here, by whom of this process, and where that one acquired it, where this is known. */
export interface HeldLock {
  readonly line: number;
  readonly owner: number;
  readonly stack: string | undefined;
}

export function locksHeld(): HeldLock[] {
  return [...locks.values()].map(({ core, owner, trace }) => ({
    line: core.line.address,
    owner,
    stack: trace && userFrames(trace.stack),
  }));
}

/** A lock has been released, by whomever. */
export function noteFree(core: LockCore): void {
  if (locks.size > 0) locks.delete(core.address);
}

/** The caller has acquired a permit. */
export function notePermit(of: Permits): void {
  const owner = currentOwner();
  if (owner !== PROCESS) noteOf(of, owner);
}

function noteOf(of: Permits, owner: number): void {
  const noted = permits.get(of.address) ?? { of, counts: new Map<number, number>() };
  permits.set(of.address, noted);
  noted.counts.set(owner, (noted.counts.get(owner) ?? 0) + 1);
}

/**
 * The caller has released permits: its own, if it has any. There is no more to be left behind then than the process holds.
 */
export function notePermitsFree(of: Permits, count: number): void {
  if (permits.size > 0) noteFreeOf(of, count);
}

function noteFreeOf(of: Permits, count: number): void {
  const counts = permits.get(of.address)?.counts;
  if (counts === undefined) return;
  take(counts, currentOwner(), count);
  const excess = sum(counts) - of.heldHere;
  for (let left = excess; left > 0; left--) take(counts, greatest(counts), 1);
  if (counts.size === 0) permits.delete(of.address);
}

function take(counts: Map<number, number>, owner: number, count: number): void {
  const rest = (counts.get(owner) ?? 0) - count;
  if (rest > 0) counts.set(owner, rest);
  else counts.delete(owner);
}

function sum(counts: ReadonlyMap<number, number>): number {
  let all = 0;
  for (const count of counts.values()) all += count;
  return all;
}

function greatest(counts: ReadonlyMap<number, number>): number {
  return [...counts].reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

/**
 * An owner has ended. What only it could release is handed on; what anybody may release also is if it `died`: then nobody
 * has been told to.
 */
export function handOn(owner: number, died: boolean): void {
  for (const [address, { core, owner: holder }] of locks) {
    if (holder !== owner) continue;
    locks.delete(address);
    if (died || core.isPersonal) core.abandon();
  }
  for (const [address, { of, counts }] of permits) {
    const left = counts.get(owner) ?? 0;
    counts.delete(owner);
    if (counts.size === 0) permits.delete(address);
    if (left > 0 && died) of.abandon(left);
  }
}
