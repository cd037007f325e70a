import type * as cryptoModule from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { inspectFunction } from '../closure/inspector.js';
import { ForkUnsafeError } from '../errors.js';
import { forgetConnections } from './inherited-network.js';
import { here } from '../system/installation.js';

/**
 * What JavaScript keeps of a process that forks itself, and its child must forget: whatever would call the parent's code
 * there by itself. The event loop's own part of that is forgotten in system/inherited-loop.ts.
 */
interface Linked {
  readonly _idleNext: Linked | null;
  readonly _idlePrev: Linked | null;
}

/** Node's lists of timers, by their duration; a list is a ring of its timers, itself among them. */
let timerLists: Readonly<Record<string, Linked>> | undefined;

/**
 * In the parent, before the fork: finds Node's lists of timers, which no function gives away.
 *
 * @throws {ForkUnsafeError} ERR_FORK_UNSAFE
 */
export function findTimers(): void {
  timerLists ??= lookForTimers();
}

function lookForTimers(): NonNullable<typeof timerLists> {
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  let cause: unknown;
  try {
    for (const { object } of inspectFunction(timer.constructor).scopes) {
      if (Object.hasOwn(object, 'timerListMap')) return object['timerListMap'] as NonNullable<typeof timerLists>;
    }
  } catch (error) {
    cause = error;
  }
  throw new ForkUnsafeError('ERR_FORK_UNSAFE', 'cannot fork: the timers of this Node cannot be found', { cause });
}

/** In the child, in the turn of the loop in which it was forked. */
export function forgetParent(turn: NodeJS.Immediate): void {
  forgetImmediates(turn);
  forgetTimers();
  forgetListeners();
  forgetChannel();
  replaceStdin();
  forgetConnections();
  renewRandomNumbers();
  process.exitCode = undefined;
}

/** Those behind this one in its turn, and those that wait for the next turn, which are in front of a new one. */
function forgetImmediates(turn: NodeJS.Immediate): void {
  const newest = setImmediate(() => {});
  for (const later of linked(turn, '_idleNext')) clearImmediate(later as never);
  for (const earlier of linked(newest, '_idlePrev')) clearImmediate(earlier as never);
  clearImmediate(newest);
}

function linked(from: object, direction: '_idleNext' | '_idlePrev'): Linked[] {
  const found: Linked[] = [];
  for (let at = (from as Linked)[direction]; at && at !== from; at = at[direction]) found.push(at);
  return found;
}

function forgetTimers(): void {
  for (const list of Object.values(timerLists!)) {
    for (const timer of linked(list, '_idleNext')) clearTimeout(timer as never);
  }
}

// By these Node starts and stops to watch for a signal, and prints warnings.
const NODES_OWN = /^(?:startListeningIfSignal|stopListeningIfSignal|onWarning|refreshStd(?:out|err)OnSigWinch)$/;

function forgetListeners(): void {
  // A listener for removals of listeners would hear of all the others.
  for (const event of new Set<string | symbol>(['newListener', 'removeListener', ...process.eventNames()])) {
    const listeners = process.rawListeners(event);
    // What stands in front of Node's own is Node's as well.
    const own = listeners.findLastIndex((listener) => NODES_OWN.test(listener.name));
    for (const listener of listeners.slice(own + 1)) process.off(event, listener as () => void);
  }
  if (process.hasUncaughtExceptionCaptureCallback()) process.setUncaughtExceptionCaptureCallback(null);
}

/** Messages of whoever has started the parent by `child_process.fork` are not for its children. */
function forgetChannel(): void {
  if (process.channel) {
    Object.assign(process, { send: undefined, channel: undefined, disconnect: undefined, connected: false });
  }
}

/** As every child's, its input is the null device; the parent may have made its stream already. */
function replaceStdin(): void {
  let stdin: fs.ReadStream | undefined;
  Object.defineProperty(process, 'stdin', {
    get: () => (stdin ??= fs.createReadStream('', { fd: 0, autoClose: false })),
    configurable: true,
    enumerable: true,
  });
}

/** The crypto module draws these in batches, and the child has what is left of its parent's. */
function renewRandomNumbers(): void {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] };
  if (!moduleLoadList.includes('NativeModule internal/crypto/random')) return;
  const { randomInt, randomUUID } = createRequire(here)('node:crypto') as typeof cryptoModule;
  for (let drawn = 0; drawn < UUIDS_AT_ONCE; drawn++) randomUUID();
  for (let drawn = 0; drawn < INTEGERS_AT_ONCE; drawn++) randomInt(2);
}

const UUIDS_AT_ONCE = 128;
const INTEGERS_AT_ONCE = 1024;
