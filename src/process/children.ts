import fs from 'node:fs';
import { AssertionError, ValueError } from '../errors.js';
import { encode } from '../codec/encode.js';
import { lineOf } from '../memory/death.js';
import { storeParcel } from '../memory/parcel.js';
import { ENDED, EXIT, EXIT_BIAS, freeSlot, isGone, PID, readSlot, self, SERVER, STATE } from '../memory/slots.js';
import { lookAgain, waitAsync, type AwaitOptions } from '../sync/await.js';
import { waitSync, type Waitable } from '../sync/wait.js';
import { openProcess } from '../system/life.js';
import { refuseWhileBooting } from './bootstrapping.js';
import { currentProcess } from './current.js';
import { buryIfOrphaned, forkChild } from './fork-server.js';
import { endWithMain } from './main-exit.js';
import type { Process } from './process.js';
import type { BootRecord } from './record.js';
import { burySpawned, spawnChild } from './spawn.js';
import { defaultMethod, type StartMethod } from './start-method.js';
import { isOwnClass, running, stateOf, type State } from './state.js';

export async function startChild(object: Process, state: State): Promise<void> {
  if (state.started) throw new AssertionError('ERR_PROCESS_STARTED_TWICE', 'cannot start a process twice');
  if (state.creator !== self()) {
    throw new AssertionError('ERR_NOT_A_CHILD', 'can only start a process object created by current process');
  }
  if (currentProcess().daemon) {
    throw new AssertionError('ERR_DAEMON_CHILDREN', 'daemonic processes are not allowed to have children');
  }
  refuseWhileBooting();
  const method = state.method ?? defaultMethod();
  const boot = storeParcel(encode(bootRecord(object, state, method), { label: 'process' }));
  state.started = true;
  try {
    state.id = await launch(method, boot);
  } catch (error) {
    state.started = false;
    throw error;
  }
  state.pid = readSlot(state.id, PID) ?? null;
  state.target = undefined;
  state.args = [];
  running.set(state, object);
  endWithMain();
  void waitAsync(endOf(state), { ref: !state.daemon });
}

async function launch(method: StartMethod, boot: number): Promise<number> {
  const forked = method === 'forkserver' ? await forkChild(boot) : undefined;
  return forked ?? (await spawnChild(boot));
}

function bootRecord(object: Process, state: State, method: StartMethod): BootRecord {
  const { name, daemon, identity, authkey, target, args } = state;
  const parent = { name: currentProcess().name, pid: process.pid, id: self() };
  const type = object.constructor as { readonly prototype: Process };
  const fields = { ...object };
  const subclass = isOwnClass(type) && Object.keys(fields).length === 0 ? undefined : { type, fields };
  return { name, daemon, identity, authkey, method, target, args, cwd: process.cwd(), parent, subclass };
}

/** The end of a child, as something to wait for. */
function endOf(state: State): Waitable<number> {
  return { line: lineOf(state.id!), cares: false, attempt: (patient) => collect(state, patient) };
}

/** The exit code of a child that has ended. `patient` looks for an end that nobody has recorded yet. */
export function collect(state: State, patient: boolean): number | undefined {
  const id = state.id!;
  if (state.exitCode !== undefined) return state.exitCode;
  if (patient && readSlot(id, STATE) !== ENDED) lookForEnd(id, state.pid!);
  if (readSlot(id, STATE) !== ENDED) return undefined;
  state.exitCode = readSlot(id, EXIT)! - EXIT_BIAS;
  running.delete(state);
  freeSlot(id);
  lookAgain(lineOf(id)); // others of this process may wait for the same end
  return state.exitCode;
}

function lookForEnd(id: number, pid: number): void {
  if (readSlot(id, SERVER)) buryIfOrphaned(id);
  else burySpawned(id, pid);
}

export async function joinChild(state: State, options: Pick<AwaitOptions, 'timeout' | 'signal'>): Promise<void> {
  await waitAsync(endOf(state), options);
}

/** Resolves when a child has ended, and does not keep this process alive for that. */
export async function whenEnded(child: Process): Promise<void> {
  await waitAsync(endOf(stateOf(child)), { ref: false });
}

export function joinChildSync(state: State, timeout?: number): void {
  waitSync(endOf(state), timeout);
}

export function signalChild(state: State, signal: NodeJS.Signals): void {
  if (state.id === undefined) {
    throw new AssertionError('ERR_PROCESS_NOT_STARTED', 'can only signal a started process');
  }
  if (state.exitCode !== undefined || isGone(state.id)) return;
  try {
    process.kill(state.pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function sentinelOf(state: State): number {
  if (state.id === undefined) throw new ValueError('ERR_PROCESS_NOT_STARTED', 'process not started');
  state.sentinel ??= openSentinel(state.pid!);
  return state.sentinel.fd;
}

function openSentinel(pid: number): { fd: number; close(): void } {
  // The null device is always readable, as the descriptor of a process that has ended.
  const fd = openProcess(pid) ?? fs.openSync('/dev/null', 'r');
  return { fd, close: () => fs.closeSync(fd) };
}

/**
 * The children of this process that run, as a new array.
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.active_children
 */
export function activeChildren(): Process[] {
  for (const state of [...running.keys()]) collect(state, true);
  return [...running.values()];
}
