import { AssertionError } from '../errors.js';
import { encode } from '../codec/encode.js';
import { constantMessage } from '../codec/functions.js';
import { logger } from '../logging/logger.js';
import { logSettings } from '../logging/stderr.js';
import { discard } from '../memory/death.js';
import { listen } from '../memory/doorbell.js';
import { idleEntry } from '../memory/entries.js';
import { claimSlot, LUGGAGE, PID, readSlot, self } from '../memory/slots.js';
import { waitAsync } from '../sync/await.js';
import { refuseWhileBooting } from './bootstrapping.js';
import { endOf, signalChild } from './children.js';
import { currentProcess } from './current.js';
import { refuseChildrenOfDaemons } from './daemon.js';
import { forkCaller } from './fork-caller.js';
import { forkChild, takeSpare, wakeServer } from './fork-server.js';
import { endWithMain } from './main-exit.js';
import { nameTarget } from './prepare.js';
import type { Process } from './process.js';
import { checkIn, writeRecord, type BootRecord, type Luggage } from './record.js';
import { spawnChild } from './spawn.js';
import { defaultMethod, type StartMethod } from './start-method.js';
import { isOwnClass, running, type State } from './state.js';
import { laneOf } from './lanes.js';

export async function startChild(object: Process, state: State): Promise<void> {
  if (state.started) throw new AssertionError('ERR_PROCESS_STARTED_TWICE', 'cannot start a process twice');
  if (state.creator !== self()) {
    throw new AssertionError('ERR_NOT_A_CHILD', 'can only start a process object created by current process');
  }
  refuseChildrenOfDaemons();
  refuseWhileBooting();
  const method = state.method ?? defaultMethod();
  const lane = laneOf(method);
  const id = (method === 'forkserver' ? takeSpare() : undefined) ?? claimSlot(self());
  try {
    listen(); // to hear of its end
    idleEntry(); // to wait for it
    if (method === 'forkserver') wakeServer();
    if (method !== 'fork' && method !== 'coroutine') pack(id, object, state, method);
    state.started = true;
    if (method === 'fork') await forkCaller(id, object, state);
    else if (lane) await lane.start(id, object);
    else if (method !== 'forkserver' || !(await forkChild(id))) await spawnChild(id);
  } catch (error) {
    state.started = false;
    discard(id);
    throw error;
  }
  state.id = id;
  state.pid = lane ? process.pid : (readSlot(id, PID) ?? null);
  state.target = undefined;
  state.args = [];
  running.set(state, object);
  logger.debug('started %s as process %d (%s)', state.name, state.pid, method);
  endWithMain();
  beginWaitForEnd(state);
}

/** One whose end nobody would learn of does not go on. */
function beginWaitForEnd(state: State): void {
  try {
    idleEntry(); // others may have taken it meanwhile
  } catch (error) {
    signalChild(state, 'SIGKILL');
    throw error;
  }
  void waitAsync(endOf(state), { ref: !state.daemon });
}

function pack(id: number, object: Process, state: State, method: StartMethod): void {
  const { name, daemon, identity, authkey, target, args } = state;
  const parent = { name: currentProcess().name, pid: process.pid, id: self() };
  // A target that captures nothing shares nothing with the arguments: it need be read only once, and apart from them.
  const message = target && constantMessage(target, 'target');
  const own = { name, daemon, identity, authkey, method };
  const record: BootRecord = { ...own, cwd: process.cwd(), log: logSettings(), parent };
  const luggage = { target: message ? undefined : target, args, subclass: subclassOf(object) };
  if (luggage.target !== undefined || args.length > 0 || luggage.subclass !== undefined)
    checkIn(id, LUGGAGE, encode(luggage, { label: 'process' }));
  writeRecord(id, record, message);
  nameTarget(id, message);
}

function subclassOf(object: Process): Luggage['subclass'] {
  const type = object.constructor as { readonly prototype: Process };
  const fields = Object.fromEntries(Object.entries(object));
  return isOwnClass(type) && Object.keys(fields).length === 0 ? undefined : { type, fields };
}
