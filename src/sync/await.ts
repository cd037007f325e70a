import { holdLoop, letLoopGo, listen, onRing, unmuteBell } from '../memory/doorbell.js';
import { sweep } from '../memory/death.js';
import type { Cell } from '../memory/program.js';
import { call, enterLine, isCalled, leaveLine, type Entry } from '../memory/waiters.js';
import { beginWait } from './scope.js';
import { FIRST_LOOK, LAST_LOOK, type Waitable } from './wait.js';

export interface AwaitOptions {
  /** Milliseconds; the promise resolves with undefined when they are over. */
  readonly timeout?: number | undefined;
  /**
   * Rejects the promise with its reason. Who passes a user's signal on, be there one or not, waits for the user: then the
   * end of the coroutine ends the wait as well.
   */
  readonly signal?: AbortSignal | undefined;
  /** Whether the wait keeps the program alive; true unless said otherwise. */
  readonly ref?: boolean;
}

/** One coroutine that waits. */
interface Waiter {
  attempt(patient: boolean): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** All coroutines of this process that wait in one line. For the other processes they are one: the first of them. */
interface Group {
  readonly line: Cell;
  readonly cares: boolean;
  readonly newestFirst: boolean | undefined;
  readonly waiters: Waiter[];
  entry: Entry | undefined;
}

const groups = new Map<number, Group>();

/** Waits without blocking the event loop. Resolves with undefined after `timeout` milliseconds. */
export function waitAsync<T>(waitable: Waitable<T>, options: AwaitOptions = {}): Promise<T | undefined> {
  const { timeout = Infinity, signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  try {
    // Those of this process who came earlier go first.
    const taken = groups.has(waitable.line.address) ? undefined : waitable.attempt(false);
    if (taken !== undefined || timeout <= 0) return Promise.resolve(taken);
  } catch (error) {
    return Promise.reject(error);
  }
  return joinGroup(waitable, timeout, options);
}

function joinGroup<T>(waitable: Waitable<T>, timeout: number, options: AwaitOptions): Promise<T | undefined> {
  const { signal, ref = true } = options;
  return new Promise<T | undefined>((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      leaveGroup(waitable.line.address, waiter);
      waiter.reject(reason);
    };
    const endWait = 'signal' in options ? beginWait(giveUp) : undefined;
    listen();
    if (ref) holdLoop();
    const onAbort = (): void => giveUp(signal?.reason);
    const onTimeout = (): void => {
      leaveGroup(waitable.line.address, waiter);
      waiter.resolve(undefined);
    };
    const timer = timeout === Infinity ? undefined : setTimeout(onTimeout, Math.min(timeout, LONGEST_TIMER));
    const settle = (): void => {
      endWait?.();
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (ref) letLoopGo();
    };
    const waiter: Waiter = {
      attempt: (patient) => waitable.attempt(patient),
      resolve: (value) => (settle(), resolve(value as T | undefined)),
      reject: (error) => (settle(), reject(error)),
    };
    signal?.addEventListener('abort', onAbort);
    const group = groups.get(waitable.line.address);
    if (group) group.waiters.push(waiter);
    else openGroup(newGroup(waitable, waiter));
  });
}

const LONGEST_TIMER = 2 ** 31 - 1;

function newGroup({ line, cares, newestFirst }: Waitable<unknown>, waiter: Waiter): Group {
  return { line, cares, newestFirst, waiters: [waiter], entry: undefined };
}

function openGroup(group: Group): void {
  groups.set(group.line.address, group);
  startLooking();
  serve(group, undefined);
}

/** Lets waiters take what they can, from the first on, and leaves the rest standing in the line. */
function serve(group: Group, ticket: number | undefined, patient = false): void {
  for (;;) {
    if (takeAll(group, patient)) ticket = undefined; // served: its next ones draw a ticket of their own
    if (group.waiters.length === 0) return closeGroup(group);
    const { line, cares, newestFirst } = group;
    group.entry = enterLine(line, { blocking: false, cares, newestFirst, ticket });
    // Once more: what is waited for may have come before the entry could be seen.
    if (!takeFirst(group, patient)) return;
    retreat(group);
    ticket = undefined;
  }
}

function takeAll(group: Group, patient: boolean): boolean {
  let served = false;
  while (group.waiters.length > 0 && takeFirst(group, patient)) served = true;
  return served;
}

function takeFirst(group: Group, patient: boolean): boolean {
  const waiter = group.waiters[0]!;
  let result: unknown;
  try {
    result = waiter.attempt(patient);
  } catch (error) {
    group.waiters.shift();
    waiter.reject(error);
    return true;
  }
  if (result === undefined) return false;
  group.waiters.shift();
  waiter.resolve(result);
  return true;
}

/** Steps out of the line; a call that came too late for us is the next one's. */
function retreat(group: Group): void {
  const { entry } = group;
  group.entry = undefined;
  if (entry && leaveLine(entry)) call(group.line);
}

function closeGroup(group: Group): void {
  retreat(group);
  groups.delete(group.line.address);
}

function leaveGroup(address: number, waiter: Waiter): void {
  const group = groups.get(address);
  if (!group) return;
  const place = group.waiters.indexOf(waiter);
  if (place >= 0) group.waiters.splice(place, 1);
  if (group.waiters.length === 0) closeGroup(group);
}

onRing(() => {
  for (const group of groups.values()) {
    if (group.entry && isCalled(group.entry)) serveCalled(group, group.entry);
  }
});

/** Lets those of this process who wait in `line` look again, after a change that this process made itself. */
export function lookAgain(line: Cell, patient = false): void {
  const group = groups.get(line.address);
  if (!group?.entry) return;
  const { ticket } = group.entry;
  retreat(group);
  serve(group, ticket, patient);
}

function serveCalled(group: Group, entry: Entry): void {
  leaveLine(entry);
  group.entry = undefined;
  if (group.waiters.length > 0) serve(group, entry.ticket);
  else {
    call(group.line);
    closeGroup(group);
  }
}

let looking: NodeJS.Timeout | undefined;
let interval = FIRST_LOOK;

/** While anybody awaits: looks now and then whether somebody died who should have called. */
function startLooking(): void {
  interval = FIRST_LOOK;
  looking ??= setTimeout(look, interval).unref();
}

function look(): void {
  looking = undefined;
  if (groups.size === 0) return;
  unmuteBell(); // in case that somebody died while ringing it
  sweep();
  for (const { line } of new Set(groups.values())) lookAgain(line, true);
  interval = Math.min(interval * 2, LAST_LOOK);
  looking ??= setTimeout(look, interval).unref();
}
