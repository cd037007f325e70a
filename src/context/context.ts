import * as errors from '../errors.js';
import { JoinableQueue } from '../channel/joinable-queue.js';
import { Pipe } from '../channel/pipe.js';
import { Queue } from '../channel/queue.js';
import { SimpleQueue } from '../channel/simple-queue.js';
import { getLogger, logToStderr } from '../logging/stderr.js';
import { activeChildren } from '../process/children.js';
import { cpuCount } from '../process/cpu-count.js';
import { currentProcess, parentProcess } from '../process/current.js';
import { setForkserverPreload } from '../process/fork-server.js';
import { setExecutable } from '../process/launch.js';
import {
  CoroutineProcess,
  ForkProcess,
  ForkServerProcess,
  SpawnProcess,
  ThreadProcess,
} from '../process/method-classes.js';
import type { Process } from '../process/process.js';
import { checkStartMethod, defaultMethod, getAllStartMethods, type StartMethod } from '../process/start-method.js';
import { CoroutinePool, ForkPool, ForkServerPool, SpawnPool, ThreadPool } from '../pool/method-classes.js';
import type { Pool } from '../pool/pool.js';
import { SharedArray } from '../shared/array.js';
import { RawArray } from '../shared/raw-array.js';
import { RawValue } from '../shared/raw-value.js';
import { Value } from '../shared/value.js';
import { Barrier } from '../sync/barrier.js';
import { Condition } from '../sync/condition.js';
import { Event } from '../sync/event.js';
import { Lock } from '../sync/lock.js';
import { RLock } from '../sync/rlock.js';
import { BoundedSemaphore, Semaphore } from '../sync/semaphore.js';
import { freezeSupport } from './freeze.js';

/** What every context has, whatever its start method: nothing of it depends on how processes come into being. */
const common = {
  Array: SharedArray,
  AuthenticationError: errors.AuthenticationError,
  Barrier,
  BoundedSemaphore,
  BrokenBarrierError: errors.BrokenBarrierError,
  BufferTooShort: errors.BufferTooShort,
  Condition,
  Event,
  JoinableQueue,
  Lock,
  Pipe,
  ProcessError: errors.ProcessError,
  Queue,
  RLock,
  RawArray,
  RawValue,
  Semaphore,
  SharedArray,
  SimpleQueue,
  TimeoutError: errors.TimeoutError,
  Value,
  activeChildren,
  cpuCount,
  currentProcess,
  freezeSupport,
  getAllStartMethods,
  getLogger,
  logToStderr,
  parentProcess,
  setExecutable,
  setForkserverPreload,
};

/** The whole API, for one start method. */
export type Context = typeof common & {
  readonly Process: typeof Process;
  readonly Pool: typeof Pool;
  getStartMethod(): StartMethod;
  /** @throws {ValueError} ERR_CONCRETE_CONTEXT: always; a context has one start method */
  setStartMethod(method: StartMethod | null): never;
  getContext(method?: StartMethod | null): Context;
};

const classes: Record<StartMethod, { readonly Process: typeof Process; readonly Pool: typeof Pool }> = {
  forkserver: { Process: ForkServerProcess, Pool: ForkServerPool },
  fork: { Process: ForkProcess, Pool: ForkPool },
  spawn: { Process: SpawnProcess, Pool: SpawnPool },
  thread: { Process: ThreadProcess, Pool: ThreadPool },
  coroutine: { Process: CoroutineProcess, Pool: CoroutinePool },
};
const contexts = new Map<StartMethod, Context>();

/**
 * The whole API for one start method; without a name, for the default one, which is fixed by that.
 *
 * @example
 * const mp = getContext('spawn');
 * await new mp.Process({ target: () => console.log('a fresh Node') }).start();
 *
 * @throws {ValueError} ERR_UNKNOWN_START_METHOD
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.get_context
 */
export function getContext(method?: StartMethod | null): Context {
  const known = method === undefined || method === null ? defaultMethod() : checkStartMethod(method);
  const context = contexts.get(known) ?? makeContext(known);
  contexts.set(known, context);
  return context;
}

function makeContext(method: StartMethod): Context {
  const context: Context = {
    ...common,
    ...classes[method],
    getStartMethod: () => method,
    setStartMethod: () => {
      throw new errors.ValueError('ERR_CONCRETE_CONTEXT', 'cannot set start method of concrete context');
    },
    getContext: (other) => (other === undefined || other === null ? context : getContext(other)),
  };
  return context;
}
