import { nameProcessBy } from '../logging/logger.js';
import { self } from '../memory/slots.js';
import { nameProcess } from '../sync/names.js';
import { randomBytes } from '../system/random.js';
import type { Process } from './process.js';
import type { BootRecord, Luggage } from './record.js';
import { creatorObject, currentObject, foreignProcess, setCurrent, stateOf, type State } from './state.js';

const AUTHKEY_BYTES = 32;

/**
 * The object of the process in which it is called.
 *
 * @example
 * console.log(currentProcess().name); // 'MainProcess', or the child's name
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.current_process
 */
export function currentProcess(): Process {
  return currentObject() ?? enterMain();
}

/**
 * The object of the process that started this one; null in the main process.
 *
 * @example
 * const child = new Process({ target: () => console.log(parentProcess()?.pid) });
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.parent_process
 */
export function parentProcess(): Process | null {
  return creatorObject();
}

nameProcess(() => currentProcess().name);

function enterMain(): Process {
  const main = foreignProcess({
    name: 'MainProcess',
    daemon: false,
    identity: [],
    creator: 0,
    started: true,
    pid: process.pid,
    authkey: randomBytes(AUTHKEY_BYTES),
  });
  setCurrent(main, () => null);
  return main;
}

nameProcessBy(() => currentProcess().name);

/** In a child that its creator has forked of itself: the object is there, and this process is for it. */
export function adoptSelf(object: Process, state: State, id: number): void {
  const parent = stateOf(currentProcess());
  Object.assign(state, { id, pid: process.pid, childrenMade: 0, started: true });
  const { name, identity, authkey, pid } = parent;
  setCurrent(object, () =>
    foreignProcess({ name, daemon: false, identity, authkey, creator: 0, id: state.creator, pid, started: true }),
  );
}

type Plain = Pick<State, 'name' | 'daemon' | 'identity' | 'creator' | 'authkey' | 'method' | 'id' | 'pid'>;

/** What a thread has to know of the process whose thread it is, as plain data. */
export interface Surroundings {
  readonly process: Plain;
  readonly parent: Plain | null;
}

export function surroundings(): Surroundings {
  const parent = creatorObject();
  return { process: plain(currentProcess()), parent: parent && plain(parent) };
}

function plain(object: Process): Plain {
  const { name, daemon, identity, creator, authkey, method, id, pid } = stateOf(object);
  return { name, daemon, identity, creator, authkey, method, id, pid };
}

/** In a thread: the processes around it, as its own objects. */
export function adoptSurroundings({ process, parent }: Surroundings): void {
  setCurrent(
    foreignProcess({ ...process, started: true }),
    () => parent && foreignProcess({ ...parent, started: true }),
  );
}

/** The object of the one that this process is for; the fork server has made it in its rehearsal, and its children fill it. */
let adopted: Process | undefined;

/** In a child: gives the object whose `run` this process is for. */
export function adoptProcess(record: BootRecord, { target, args, subclass }: Luggage): Process {
  const { name, daemon, identity, authkey, method, parent } = record;
  const started = { started: true, id: self(), pid: process.pid };
  const state = { name, daemon, identity, authkey, method, target, args, creator: parent.id, ...started };
  adopted ??= foreignProcess(state);
  const object = adopted;
  Object.assign(stateOf(object), state);
  if (subclass) Object.assign(Object.setPrototypeOf(object, subclass.type.prototype) as object, subclass.fields);
  setCurrent(object, () =>
    foreignProcess({
      name: parent.name,
      daemon: false,
      identity: identity.slice(0, -1),
      creator: 0,
      id: parent.id,
      pid: parent.pid,
      started: true,
    }),
  );
  return object;
}
