import * as errors from '../errors.js';
import { byRef } from '../closure/reduce.js';
import { Connection } from '../channel/connection.js';
import { JoinableQueue } from '../channel/joinable-queue.js';
import { Pipe } from '../channel/pipe.js';
import { Queue } from '../channel/queue.js';
import { SimpleQueue } from '../channel/simple-queue.js';
import { wait, waitSync } from '../channel/wait.js';
import { getLogger, logToStderr } from '../logging/stderr.js';
import { registerExports } from '../memory/handle.js';
import { CoroutinePool, ForkPool, ForkServerPool, SpawnPool, ThreadPool } from '../pool/method-classes.js';
import { AsyncResult } from '../pool/async-result.js';
import { currentTask } from '../pool/current-task.js';
import { Pool } from '../pool/pool.js';
import { work } from '../pool/work.js';
import { activeChildren } from '../process/children.js';
import { cpuCount } from '../process/cpu-count.js';
import { setForkserverPreload } from '../process/fork-server.js';
import { setExecutable } from '../process/launch.js';
import { currentProcess, parentProcess } from '../process/current.js';
import {
  CoroutineProcess,
  ForkProcess,
  ForkServerProcess,
  SpawnProcess,
  ThreadProcess,
} from '../process/method-classes.js';
import { Inherited } from '../process/inherited-value.js';
import { Process } from '../process/process.js';
import { provideLane } from '../process/lanes.js';
import { getAllStartMethods, getStartMethod, setStartMethod } from '../process/start-method.js';
import { SharedArray } from '../shared/array.js';
import { RawArray } from '../shared/raw-array.js';
import { RawValue } from '../shared/raw-value.js';
import { Structure } from '../shared/structure.js';
import { copy, synchronized } from '../shared/synchronized.js';
import { Value } from '../shared/value.js';
import { Barrier } from '../sync/barrier.js';
import { Condition } from '../sync/condition.js';
import { findDeadlocks, setDeadlockTimeout } from '../sync/deadlock.js';
import { Event } from '../sync/event.js';
import { Lock } from '../sync/lock.js';
import { asOwner } from '../sync/owner.js';
import { RLock } from '../sync/rlock.js';
import { BoundedSemaphore, Semaphore } from '../sync/semaphore.js';
import { activeCount, currentThread, enumerate, getIdent, getNativeId, mainThread } from '../threading/current.js';
import { coroutines } from '../coroutines/lane.js';
import { threads } from '../threading/lane.js';
import { excepthook, setExcepthook } from '../threading/excepthook.js';
import { stackSize } from '../threading/options.js';
import { local, revive as reviveLocal } from '../threading/local.js';
import { Thread } from '../threading/thread.js';
import { Timer } from '../threading/timer.js';
import { getContext } from './context.js';
import { freezeSupport } from './freeze.js';

/** The functions and classes that programs capture or extend: whatever bundles them, each process has its own. See everything.ts. */
const travelling = {
  ...errors,
  AsyncResult,
  Connection,
  CoroutinePool,
  CoroutineProcess,
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  ForkPool,
  ForkProcess,
  ForkServerPool,
  ForkServerProcess,
  Inherited,
  JoinableQueue,
  Lock,
  Pipe,
  Pool,
  Process,
  Queue,
  RLock,
  RawArray,
  RawValue,
  Semaphore,
  SharedArray,
  SimpleQueue,
  SpawnPool,
  SpawnProcess,
  Structure,
  Thread,
  ThreadPool,
  ThreadProcess,
  Timer,
  Value,
  activeChildren,
  asOwner,
  byRef,
  copy,
  activeCount,
  cpuCount,
  currentProcess,
  currentTask,
  findDeadlocks,
  currentThread,
  enumerate,
  excepthook,
  freezeSupport,
  getAllStartMethods,
  getContext,
  getIdent,
  getNativeId,
  getLogger,
  logToStderr,
  getStartMethod,
  local,
  mainThread,
  parentProcess,
  setDeadlockTimeout,
  setExcepthook,
  setExecutable,
  setForkserverPreload,
  stackSize,
  reviveLocal,
  setStartMethod,
  synchronized,
  wait,
  waitSync,
  work,
};

registerExports(travelling);
provideLane('thread', threads);
provideLane('coroutine', coroutines);
