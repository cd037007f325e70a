import fs from 'node:fs';
import { AssertionError, NotImplementedError, ValueError } from '../errors.js';
import { logger } from '../logging/logger.js';
import { lineOf } from '../memory/death.js';
import { forgetBell } from '../memory/doorbell.js';
import { ENDED, EXIT, EXIT_BIAS, freeSlot, isGone, readSlot, self, SERVER, STATE } from '../memory/slots.js';
import { waitsForItself } from '../sync/alone.js';
import { lookAgain, waitAsync, type AwaitOptions } from '../sync/await.js';
import { waitSync, type Waitable } from '../sync/wait.js';
import { closeDescriptor } from '../system/close.js';
import { openProcess } from '../system/life.js';
import { awaitForkedSync, buryForked } from './forked.js';
import { buryIfOrphaned } from './fork-server.js';
import type { Process } from './process.js';
import { burySpawned } from './spawn.js';
import { running, stateOf, type State } from './state.js';
import { laneOf } from './lanes.js';
import { askToStop, stopIfAsked } from './stop.js';

/** The end of a child, as something to wait for. */
export function endOf(state: State): Waitable<number> {
  return { line: lineOf(state.id!), cares: false, unordered: true, attempt: (patient) => collect(state, patient) };
}

/** The exit code of a child that has ended. `patient` looks for an end that nobody has recorded yet. */
export function collect(state: State, patient: boolean): number | undefined {
  const id = state.id!;
  if (state.exitCode !== undefined) return state.exitCode;
  // A thread says itself that it ends; a look at that costs nothing.
  if ((patient || laneOf(state.method)) && readSlot(id, STATE) !== ENDED) lookForEnd(id, state);
  if (readSlot(id, STATE) !== ENDED) return undefined;
  state.exitCode = readSlot(id, EXIT)! - EXIT_BIAS;
  running.delete(state);
  logger.debug('process %d, %s, has ended with exit code %d', state.pid, state.name, state.exitCode);
  forgetBell(id);
  freeSlot(id);
  // Others of this process may wait for the same end. Not at once: this may be the attempt of one of them.
  queueMicrotask(() => lookAgain(lineOf(id)));
  return state.exitCode;
}

function lookForEnd(id: number, { method, pid }: State): void {
  const lane = laneOf(method);
  if (lane) {
    stopIfAsked(id, lane);
    lane.lookForEnd(id);
  } else if (readSlot(id, SERVER)) buryIfOrphaned(id);
  else if (method === 'fork') buryForked(id);
  else burySpawned(id, pid!);
}

export async function joinChild(
  state: State,
  { timeout, signal }: Pick<AwaitOptions, 'timeout' | 'signal'>,
): Promise<void> {
  await waitAsync(endOf(state), { timeout, signal });
}

/** Resolves when a child has ended, and does not keep this process alive for that. */
export async function whenEnded(child: Process): Promise<void> {
  await waitAsync(endOf(stateOf(child)), { ref: false });
}

export function joinChildSync(state: State, timeout?: number): void {
  if (state.method === 'coroutine') return joinCoroutineSync(state, timeout);
  // Only this process learns that it has ended, and it is about to block.
  if (state.method === 'fork' && collect(state, false) === undefined) awaitForkedSync(state.id!, timeout);
  waitSync(endOf(state), timeout);
}

/** While this thread waited, none of its coroutines could end: there is nothing to wait for. */
function joinCoroutineSync(state: State, timeout = Infinity): void {
  if (collect(state, false) !== undefined || timeout !== Infinity) return;
  throw waitsForItself(`joinSync of '${state.name}'`);
}

export function signalChild(state: State, signal: NodeJS.Signals): void {
  if (state.id === undefined) {
    throw new AssertionError('ERR_PROCESS_NOT_STARTED', 'can only signal a started process');
  }
  if (state.exitCode !== undefined || isGone(state.id)) return;
  const lane = laneOf(state.method);
  if (lane) return state.creator === self() ? lane.stop(state.id, signal) : askToStop(state.id, signal);
  try {
    process.kill(state.pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function sentinelOf(state: State): number {
  if (state.id === undefined) throw new ValueError('ERR_PROCESS_NOT_STARTED', 'process not started');
  if (laneOf(state.method)) {
    throw new NotImplementedError(
      'ERR_THREAD_SENTINEL',
      `a ${state.method} has no descriptor that could be waited for`,
    );
  }
  state.sentinel ??= openSentinel(state.pid!);
  return state.sentinel.fd;
}

function openSentinel(pid: number): { fd: number; close(): void } {
  const fd = openProcess(pid);
  if (fd !== undefined) return { fd, close: () => closeDescriptor(fd) };
  // The null device is always readable, as the descriptor of a process that has ended.
  const readable = fs.openSync('/dev/null', 'r');
  return { fd: readable, close: () => fs.closeSync(readable) };
}

/**
 * The children of this process that run, as a new array.
 *
 * @example
 * for (const child of activeChildren()) child.terminate();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.active_children
 */
export function activeChildren(): Process[] {
  for (const state of new Set(running.keys())) collect(state, true);
  return [...running.values()];
}
