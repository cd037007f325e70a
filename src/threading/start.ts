import { inspect } from 'node:util';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { entryUrl } from '../closure/entry.js';
import { encode } from '../codec/encode.js';
import { RuntimeError } from '../errors.js';
import { logSettings } from '../logging/stderr.js';
import { bury, EXIT_UNKNOWN, lineOf } from '../memory/death.js';
import { closeBellOf, listen } from '../memory/doorbell.js';
import { writeLabel } from '../memory/label.js';
import { storeParcel } from '../memory/parcel.js';
import { header, shareProgram } from '../memory/program.js';
import {
  claimSlot,
  EXIT,
  EXIT_BIAS,
  freeSlot,
  hasEnded,
  indexOf,
  LUGGAGE,
  PID,
  publishSlot,
  readSlot,
  self,
  slotBase,
} from '../memory/slots.js';
import { refuseWhileBooting } from '../process/bootstrapping.js';
import { surroundings } from '../process/current.js';
import { serverInUse } from '../process/fork-server.js';
import { isForked } from '../process/leave.js';
import { waitAsync } from '../sync/await.js';
import { mainThread } from './current.js';
import { complain, ownHook } from './excepthook.js';
import { endWithStarter, refuseAtExit } from './life.js';
import { stackSize } from './options.js';
import type { Luggage, Passport } from './passport.js';
import { isOwnClass, running, stateOf, type State } from './state.js';
import type { Thread } from './thread.js';
import { shareCode } from '../system/code.js';
import { threadProgram } from '../system/programs.js';

export async function startThread(thread: Thread, state: State): Promise<void> {
  if (state.started) throw new RuntimeError('ERR_THREAD_STARTED_TWICE', 'threads can only be started once');
  refuseAtExit();
  refuseWhileBooting();
  const luggage = encode(pack(thread, state), { label: 'thread' });
  const id = claimSlot(self());
  header()[slotBase(indexOf(id)) + LUGGAGE] = storeParcel(luggage);
  writeLabel(id, { name: state.name, daemon: state.daemon, pid: process.pid });
  publishSlot(id);
  state.started = true;
  try {
    state.nativeId = await launch(id, thread, state);
  } catch (error) {
    state.started = false;
    throw error;
  }
  state.id = id;
  // A thread that has ended keeps nothing alive.
  state.target = undefined;
  state.args = [];
}

function pack(thread: Thread, { target, args }: State): Luggage {
  const type = thread.constructor as { readonly prototype: Thread };
  const fields = Object.fromEntries(Object.entries(thread));
  const isPlain = isOwnClass(type) && Object.keys(fields).length === 0;
  return { target, args, subclass: isPlain ? undefined : { type, fields }, hook: ownHook() };
}

/** Gives what the kernel calls the thread. */
async function launch(id: number, thread: Thread, state: State): Promise<number> {
  let failure: unknown;
  let begun: Promise<number | undefined>;
  try {
    listen(); // to hear of its beginning and its end
    const worker = makeWorker(id, { ...state, isChild: false });
    state.worker = worker;
    running.set(id, thread);
    endWithStarter();
    worker.on('error', (error) => {
      failure = error;
      if (state.id !== undefined) complain(`Exception in thread ${state.name}:\n${inspect(error)}`);
    });
    begun = untilRunning(id);
    // It says itself that it ends, unless it is stopped: then Node does. What is left of it is Node's in either case.
    // One that has run and ended before this thread has looked is kept until it has.
    worker.once('exit', (code) => {
      if (readSlot(id, PID)) void begun.then(() => clearAway(id, code));
      else clearAway(id, code);
    });
  } catch (error) {
    bury(id, EXIT_UNKNOWN);
    freeSlot(id);
    throw cannotStart(error);
  }
  const nativeId = await begun;
  if (nativeId === undefined) throw cannotStart(failure);
  waitAsync({ line: lineOf(id), cares: true, unordered: true, attempt: () => exitCodeOf(id) }, { ref: false }).then(
    (code) => clearAway(id, code!),
    () => {}, // nothing is left to wait by: then Node alone says it
  );
  return nativeId;
}

function exitCodeOf(id: number): number | undefined {
  const exit = readSlot(id, EXIT);
  return exit === 0 ? undefined : (exit ?? EXIT_BIAS) - EXIT_BIAS;
}

function clearAway(id: number, code: number): void {
  if (!running.delete(id)) return;
  closeBellOf(id);
  bury(id, code);
  freeSlot(id);
}

/** Gives what the kernel calls a thread, as soon as it runs; undefined if it has ended before. */
export async function untilRunning(id: number): Promise<number | undefined> {
  // Its end may have been recorded before anybody has looked whether it runs.
  const attempt = (): number | 'ended' | undefined => readSlot(id, PID) || (hasEnded(id) ? 'ended' : undefined);
  const nativeId = await waitAsync({ line: lineOf(id), cares: true, unordered: true, attempt });
  return nativeId === 'ended' ? undefined : nativeId;
}

export function cannotStart(cause: unknown): RuntimeError {
  const why = cause instanceof Error ? cause.message : 'it ended at once';
  return new RuntimeError('ERR_THREAD_START', `can't start new thread: ${why}`, { cause });
}

/** Makes the worker for a slot, as one that does not keep this thread alive. */
export function makeWorker(
  id: number,
  { name, daemon, isChild }: { readonly name: string; readonly daemon: boolean; readonly isChild: boolean },
): Worker {
  const passport: Passport = {
    id,
    program: shareProgram(),
    name,
    daemon,
    isChild,
    entry: entryUrl(),
    argv: process.argv,
    server: serverInUse(),
    surroundings: surroundings(),
    log: logSettings(),
    forked: isForked(),
    main: stateOf(mainThread()).id!,
  };
  const { program, eval: isText } = threadProgram();
  const options: WorkerOptions = { workerData: passport, name, eval: isText };
  const stack = stackSize();
  if (stack > 0) options.resourceLimits = { stackSizeMb: stack / 2 ** 20 };
  shareCode();
  const threads = process.getBuiltinModule('node:worker_threads');
  const worker = new threads.Worker(program, options);
  worker.unref();
  return worker;
}
