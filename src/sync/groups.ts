import { sweep } from '../memory/death.js';
import { onRing, unmuteBell } from '../memory/doorbell.js';
import type { Cell } from '../memory/program.js';
import { inForkedChild } from '../system/generation.js';
import { call, calm, enterLine, isCalled, leaveLine, stayInLine, type Entry } from '../memory/waiters.js';
import { onMachine } from '../system/clock.js';
import { stayAwake } from './awake.js';
import { deadlockOf } from './deadlock.js';
import { userFrames } from './frames.js';
import { noteAwaiting, type Note } from './notes.js';
import { FIRST_LOOK, HUNGRY_AFTER, LAST_LOOK, type Waitable } from './waitable.js';

/** One coroutine that waits. */
export interface Waiter {
  /** When it came, by `performance.now()`. */
  readonly since: number;
  /** Who of this process it is; see owner.ts. */
  readonly owner: number;
  /** Where it waits, for what others hold. */
  readonly trace: Error | undefined;
  attempt(patient: boolean, called: boolean): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** All coroutines of this process that wait in one line. For the other processes they are one: the first of them. */
interface Group extends Pick<Waitable<unknown>, 'line' | 'cares' | 'kind' | 'newestFirst' | 'unordered'> {
  readonly waiters: Waiter[];
  entry: Entry | undefined;
}

const groups = new Map<number, Group>();

/** Whether coroutines of this process stand in a line already: they go first. */
export function isAwaited(line: Cell): boolean {
  return groups.has(line.address);
}

export function joinGroup(waitable: Waitable<unknown>, waiter: Waiter): void {
  const { line, cares, kind, newestFirst, unordered } = waitable;
  const group = groups.get(line.address);
  if (group) group.waiters.push(waiter);
  else openGroup({ line, cares, kind, newestFirst, unordered, waiters: [waiter], entry: undefined });
}

/** Says whether it still waited. */
export function leaveGroup(line: Cell, waiter: Waiter): boolean {
  const group = groups.get(line.address);
  const place = group?.waiters.indexOf(waiter) ?? -1;
  if (place < 0) return false;
  group!.waiters.splice(place, 1);
  if (group!.waiters.length === 0) closeGroup(group!);
  return true;
}

function openGroup(group: Group): void {
  stand(group, {});
  if (!group.entry) return;
  groups.set(group.line.address, group);
  startLooking();
  stayAwake();
}

/** How a group comes to stand in a line. */
interface Coming {
  /** Of its stay in the line until now. */
  readonly ticket?: number;
  readonly patient?: boolean;
  readonly called?: boolean;
}

/** Stands in the line for those who wait, except for those who can have it now. */
function stand(group: Group, { ticket, patient = false, called = false }: Coming): void {
  const { line, cares, kind, newestFirst, waiters } = group;
  for (let place = ticket; waiters.length > 0; place = undefined) {
    const hungry = called && hasWaitedLong(group);
    group.entry = enterLine(line, { blocking: false, cares, kind, newestFirst, ticket: place, hungry });
    // What is waited for may have come before the entry could be seen.
    if (!takeAll(group, patient, called)) return;
    retreat(group); // the next ones draw a ticket of their own
  }
  closeGroup(group);
}

/** Lets those who stand in the line take what they can, from the first on; as long as nobody can, they stay where they are. */
function serve(group: Group, entry: Entry, patient: boolean): void {
  const called = isCalled(entry);
  if (called && takeAll(group, patient, called)) {
    leaveLine(entry); // its call has been used
    group.entry = undefined;
  } else {
    stayInLine(entry, called, called && hasWaitedLong(group));
    if (!takeAll(group, patient, called)) return;
    retreat(group);
  }
  stand(group, { patient, called });
}

function hasWaitedLong({ waiters }: Group): boolean {
  return performance.now() - waiters[0]!.since > HUNGRY_AFTER;
}

/** Says whether anybody was served. */
function takeAll(group: Group, patient: boolean, called: boolean): boolean {
  if (group.unordered) return takeAny(group, patient, called);
  let served = false;
  while (group.waiters.length > 0 && take(group, group.waiters[0]!, patient, called)) served = true;
  return served;
}

function takeAny(group: Group, patient: boolean, called: boolean): boolean {
  const before = group.waiters.length;
  for (const waiter of group.waiters.slice()) take(group, waiter, patient, called);
  return group.waiters.length < before;
}

function take({ line, waiters }: Group, waiter: Waiter, patient: boolean, called: boolean): boolean {
  let result: unknown;
  try {
    result = waiter.attempt(patient, called);
  } catch (error) {
    dismiss(waiters, waiter);
    waiter.reject(error);
    return true;
  }
  if (result === undefined) return false;
  dismiss(waiters, waiter);
  if (called || patient) calm(line);
  waiter.resolve(result);
  return true;
}

function dismiss(waiters: Waiter[], waiter: Waiter): void {
  if (waiters[0] === waiter) waiters.shift();
  else waiters.splice(waiters.indexOf(waiter), 1);
}

/** Steps out of the line; a call that came too late for us is the next one's. */
function retreat(group: Group): void {
  const { entry } = group;
  group.entry = undefined;
  if (entry && leaveLine(entry)) call(group.line);
}

function closeGroup(group: Group): void {
  calm(group.line);
  retreat(group);
  groups.delete(group.line.address);
}

onRing(() => {
  let served = false;
  for (const group of groups.values()) {
    if (!group.entry || !isCalled(group.entry)) continue;
    served = true;
    serve(group, group.entry, false);
  }
  return served;
});

/** Lets those of this process who wait in `line` look again, after a change that this process made itself. */
export function lookAgain(line: Cell, patient = false): void {
  const group = groups.get(line.address);
  if (group?.entry) serve(group, group.entry, patient);
}

/** Where the coroutines of this process stood in a line, and how they get back there. */
export interface Aside {
  readonly ticket: number;
  back(): void;
}

/** Takes the coroutines of this process out of a line in which its thread is about to block. */
export function stepAside(line: Cell): Aside | undefined {
  const group = groups.get(line.address);
  if (!group?.entry) return undefined;
  const { ticket } = group.entry;
  retreat(group);
  return { ticket, back: () => stand(group, { ticket }) };
}

let looking: NodeJS.Timeout | undefined;
let interval = FIRST_LOOK;

inForkedChild(() => {
  groups.clear();
  looking = undefined;
});

/** While anybody awaits: looks now and then whether somebody died who should have called. */
function startLooking(): void {
  interval = FIRST_LOOK;
  looking ??= setTimeout(look, interval).unref();
}

function look(): void {
  looking = undefined;
  if (groups.size === 0) return noteAwaiting([]);
  unmuteBell(); // in case that somebody died while ringing it
  sweep();
  for (const { line } of new Set(groups.values())) lookAgain(line, true);
  endDeadlocks();
  interval = Math.min(interval * 2, LAST_LOOK);
  looking ??= setTimeout(look, interval).unref();
}

/** So many of a group stand for the others. */
const NOTED = 16;

/** Says what has been waited for in vain, and for a while: it may be part of a deadlock. */
function endDeadlocks(): void {
  const waiting = [...groups.values()].filter(({ kind, entry }) => kind !== undefined && entry !== undefined);
  noteAwaiting(waiting.flatMap((group) => longWaits(group).map((waiter) => noteOf(group, waiter))));
  for (const group of waiting) {
    const { line, entry } = group;
    for (const waiter of longWaits(group)) {
      const deadlock = deadlockOf(entry!.ticket, waiter.owner, performance.now() - waiter.since);
      if (!deadlock) continue;
      leaveGroup(line, waiter);
      waiter.reject(deadlock);
      break;
    }
  }
}

/** One who has come since the timer was set, for others, waits for the next look. */
function longWaits({ waiters }: Group): Waiter[] {
  const latest = performance.now() - FIRST_LOOK;
  return waiters.slice(0, NOTED).filter(({ since }) => since <= latest);
}

function noteOf({ entry }: Group, { since, trace, owner }: Waiter): Note {
  return { ticket: entry!.ticket, since: onMachine(since), stack: userFrames(trace?.stack), owner, blocking: false };
}
