import { RuntimeError } from '../errors.js';
import { lineOf } from '../memory/death.js';
import { threadsInUse } from '../memory/label.js';
import { header } from '../memory/program.js';
import { CREATOR, DONE, indexOf, readSlot, self, slotBase } from '../memory/slots.js';
import { dislodge } from '../memory/waiters.js';
import { waitAsync, type AwaitOptions } from '../sync/await.js';
import { waitSync, type Waitable } from '../sync/wait.js';
import { inForkedChild } from '../system/generation.js';
import { sayDone } from './current.js';
import { isOver, running, stateOf, type State } from './state.js';

/** The end of a thread, as something to wait for; of a main thread, the end of its own code. */
export function endOf(state: State): Waitable<true> {
  const id = state.id!;
  const isDone = (patient: boolean): boolean =>
    isOver(state, patient) || (state.kind === 'main' && readSlot(id, DONE) !== 0);
  return { line: lineOf(id), cares: true, unordered: true, attempt: (patient) => isDone(patient) || undefined };
}

export async function joinThread(state: State, options: Pick<AwaitOptions, 'timeout' | 'signal'>): Promise<void> {
  refuseToJoin(state);
  await waitAsync(endOf(state), { timeout: options.timeout, signal: options.signal });
}

export function joinThreadSync(state: State, timeout?: number): void {
  refuseToJoin(state);
  waitSync(endOf(state), timeout);
}

function refuseToJoin(state: State): void {
  if (state.kind === 'foreign') {
    throw new RuntimeError('ERR_THREAD_FOREIGN', 'cannot join a thread that was not started by this library');
  }
  if (!state.started) {
    throw new RuntimeError('ERR_THREAD_NOT_STARTED', 'cannot join thread before it is started');
  }
  if (state.id === self()) throw new RuntimeError('ERR_THREAD_JOINS_ITSELF', 'cannot join current thread');
  if (exiting && state.daemon && !isOver(state, true)) {
    throw new RuntimeError('ERR_AT_EXIT', `cannot join daemon thread '${state.name}' while the program exits`);
  }
}

let exiting = false;
let installed = false;

inForkedChild(() => {
  installed = false; // the parent's handlers are not called there
});

export function refuseAtExit(): void {
  if (exiting) throw new RuntimeError('ERR_AT_EXIT', `can't create new thread while the program exits`);
}

/**
 * What the end of the one who has started threads does: when nothing else is left to do it waits for those that are no
 * daemons. When it exits its threads end with it; Node ends them, and can do so only outside of the kernel.
 */
export function endWithStarter(): void {
  if (installed) return;
  installed = true;
  process.on('beforeExit', () => {
    sayDone();
    for (const thread of running.values()) if (!thread.daemon) void waitAsync(endOf(stateOf(thread)));
  });
  process.prependListener('exit', () => {
    exiting = true;
    for (const id of threadsInUse()) if (isBelowMe(id)) dislodge(id);
  });
}

function isBelowMe(id: number): boolean {
  const creator = header()[slotBase(indexOf(id)) + CREATOR]!;
  return creator === self() || (creator !== id && creator !== 0 && isThread(creator) && isBelowMe(creator));
}

function isThread(id: number): boolean {
  for (const other of threadsInUse()) if (other === id) return true;
  return false;
}
