import { nameClassesSeenBy } from '../closure/kin.js';
import { ForkUnsafeError } from '../errors.js';
import { lineOf } from '../memory/death.js';
import { recordProcess } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import { orKill } from '../system/child.js';
import { closeDescriptor } from '../system/close.js';
import { checkBusyFork, forkProcess } from '../system/fork.js';
import { prepareFork } from '../system/generation.js';
import { openDeadEnds } from '../system/inherited-loop.js';
import { startTimeOf } from '../system/life.js';
import { findPlatformThreads, leavePlatformThreads, platformThreadsRun } from '../system/platform.js';
import { holdSignals } from '../system/signals.js';
import { otherThreadsRun, startThreadPool, unexpectedThreads } from '../system/threads.js';
import { bootFork } from './boot.js';
import { watchForked } from './forked.js';
import { findTimers } from './inherited.js';
import { isForkable } from './one-thread.js';
import type { Process } from './process.js';
import { drawSeed } from './random.js';
import type { State } from './state.js';
import { makeRoom } from './tidy.js';

/** Turns of the event loop that a fork waits for a moment in which no thread of libuv's pool is at work. */
const PATIENCE = 20;

/**
 * Forks this process: the child has its heap as it is, and runs the process object in it. `id` is the child's slot. In the
 * child nothing returns from here: its life begins in the turn of the event loop in which it was forked.
 *
 * That turn has no JavaScript of the program's on its stack, and no promise that is settled waits for its callbacks.
 *
 * @throws {ForkUnsafeError} ERR_FORK_UNSAFE
 */
export async function forkCaller(id: number, object: Process, state: State): Promise<void> {
  if (!isForkable)
    throw unsafe('the program has to be launched by `npx manyfold run`, as in `npx manyfold run app.ts`');
  await startThreadPool();
  findPlatformThreads();
  findTimers();
  nameClassesSeenBy(Reflect.get(object, 'run')); // perhaps of a class of the program
  if (state.target) nameClassesSeenBy(state.target);
  return new Promise((resolve, reject) => {
    const attempt = (patience: number): void => {
      const turn = setImmediate(() => {
        try {
          // One that holds a lock just now would hold it in the child for ever.
          const outcome = patience > 0 && otherThreadsRun() ? 'not yet' : forkInTurn(id, object, state, turn);
          if (outcome === 'not yet') attempt(patience - 1);
          else if (outcome === 'parent') resolve();
        } catch (error) {
          reject(error);
        }
      });
    };
    attempt(PATIENCE);
  });
}

/** Says in which process this is after the fork, or that V8's threads are still at work. */
function forkInTurn(id: number, object: Process, state: State, turn: NodeJS.Immediate): 'parent' | 'child' | 'not yet' {
  checkThreads();
  checkBusyFork();
  const returnToThreads = leavePlatformThreads();
  let outcome: ReturnType<typeof forkInTurn> = 'not yet';
  try {
    makeRoom();
    // Each of V8's tasks has an end: no patience is needed for them.
    if (!platformThreadsRun()) outcome = fork(id, object, state, turn);
    return outcome;
  } finally {
    if (outcome !== 'child') returnToThreads();
  }
}

function checkThreads(): void {
  const threads = unexpectedThreads();
  if (threads === 0) return;
  throw unsafe(
    `it has ${threads} ${threads === 1 ? 'thread' : 'threads'} beside Node's own (a worker, a module loader, an inspector?)`,
  );
}

function fork(id: number, object: Process, state: State, turn: NodeJS.Immediate): 'parent' | 'child' {
  const ends = openDeadEnds();
  prepareFork(id);
  drawSeed();
  const parent = process.pid;
  // One that is for the child has to find the child's own handlers there, not the parent's.
  const letSignals = holdSignals();
  let pid: number | undefined;
  try {
    pid = forkProcess();
  } finally {
    if (pid !== 0) {
      letSignals();
      for (const end of ends) closeDescriptor(end);
    }
  }
  if (pid === 0) {
    bootFork(object, state, { id, parent, turn, ends, letSignals });
    return 'child';
  }
  orKill(pid, () => adopt(id, pid));
  return 'parent';
}

function adopt(id: number, pid: number): void {
  // The child does the same: whoever of the two comes first, its slot is never seen without saying who it is.
  recordProcess(id, pid, startTimeOf(pid) ?? 0);
  watchForked(id, pid);
  call(lineOf(id), Infinity);
}

function unsafe(why: string): ForkUnsafeError {
  return new ForkUnsafeError('ERR_FORK_UNSAFE', `cannot fork this process: ${why}`);
}
