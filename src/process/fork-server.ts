import { builtinModules, createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { debuglog } from 'node:util';
import { bury, EXIT_UNKNOWN, lineOf } from '../memory/death.js';
import { ring, ringAgain } from '../memory/doorbell.js';
import { header } from '../memory/program.js';
import {
  claimSlot,
  DOORBELL,
  freeSlot,
  hasEnded,
  indexOf,
  isGone,
  PID,
  publishSlot,
  readSlot,
  RUNNING,
  self,
  SERVER,
  slotBase,
  slotsInUse,
  STARTING,
  STATE,
} from '../memory/slots.js';
import { ArgumentTypeError, expected, OSError, ProcessError } from '../errors.js';
import { waitAsync } from '../sync/await.js';
import { EXIT_CANNOT_FORK, launchNode } from './launch.js';
import { checkIn, type Parcels } from './record.js';
import { writeSettings } from './settings.js';

const debug = debuglog('manyfold');

const SERVER_FILE = fileURLToPath(new URL('../boot/server.js', import.meta.url));

// One thread is what fork(2) leaves of a process; so the server has no other from its start but V8's one background thread,
// which Node cannot do without and which has nothing to do (0 would mean one for each core). Node's code on large pages
// spares each child the page faults for it.
const ONE_THREAD = ['--single-threaded', '--v8-pool-size=1', '--use-largepages=silent'];

let server: number | undefined; // id of its slot
let starting: Promise<number | undefined> | undefined;
let unfit = false;
let preload: readonly string[] = [];

/**
 * Names modules that the fork server imports once, so that its children find them loaded. Call it before the first start.
 *
 * @example
 * setForkserverPreload(['./model.js', 'sharp']);
 *
 * @throws {TypeError} ERR_PRELOAD_NAMES
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.set_forkserver_preload
 */
export function setForkserverPreload(modules: readonly string[]): void {
  const wrong = Array.isArray(modules) ? modules.find((name) => typeof name !== 'string') : modules;
  if (!Array.isArray(modules) || wrong !== undefined) {
    throw new ArgumentTypeError(
      'ERR_PRELOAD_NAMES',
      `module names must be strings: ${expected('an array of strings', wrong)}`,
    );
  }
  preload = [...modules];
}

/** In a forked child: its own children are forked by the same server. */
export function inheritServer(): void {
  server = readSlot(self(), SERVER);
}

/**
 * Has a child forked. Gives the id of its slot, or undefined when this program cannot be forked (a loader of it runs on
 * a thread of its own): its children are spawned instead.
 */
export async function forkChild(parcels: Parcels): Promise<number | undefined> {
  for (;;) {
    const by = await findServer();
    if (by === undefined) return undefined;
    const id = claimSlot(self());
    const base = slotBase(indexOf(id));
    header()[base + SERVER] = by;
    checkIn(id, parcels);
    publishSlot(id);
    ring(by);
    const answer = await waitAsync({ line: lineOf(id), cares: true, attempt: (patient) => answered(id, by, patient) });
    if (answer === 'started') return id;
    if (answer === 'refused') {
      freeSlot(id);
      throw new OSError(
        'ERR_FORK_FAILED',
        'the fork server could not fork: the machine has no memory or no process left',
      );
    }
    // The server has died before it took the request; the next one gets it.
    checkIn(id, { boot: 0, luggage: 0 });
    bury(id, EXIT_UNKNOWN);
    freeSlot(id);
  }
}

function answered(id: number, by: number, patient: boolean): 'started' | 'refused' | 'lost' | undefined {
  const base = slotBase(indexOf(id));
  // The state first: a child that has entered meanwhile wrote its pid before its state.
  const state = Atomics.load(header(), base + STATE);
  if (Atomics.load(header(), base + PID) !== 0) return 'started';
  if (state !== STARTING) return 'refused';
  if (!patient) return undefined;
  if (isGone(by)) return 'lost';
  ringAgain(by); // in case that somebody died while ringing it
  return undefined;
}

async function findServer(): Promise<number | undefined> {
  if (unfit) return undefined;
  // Should it have died unnoticed, the request will show it.
  if (server !== undefined && !hasEnded(server)) return server;
  starting ??= startServer().finally(() => {
    starting = undefined;
  });
  return starting;
}

async function startServer(): Promise<number | undefined> {
  const id = claimSlot(self());
  publishSlot(id);
  const child = launchNode(SERVER_FILE, ONE_THREAD, ['manyfold-forkserver', id, writeSettings(resolved(preload), id)]);
  child.once('error', () => bury(id, 127));
  child.once('exit', (code, signal) => serverEnded(id, code ?? 128, signal));
  const state = await waitAsync({ line: lineOf(id), cares: true, attempt: () => readiness(id) });
  if (state === 'ready') {
    server = id;
    return id;
  }
  if (child.exitCode === EXIT_CANNOT_FORK) {
    unfit = true;
    debug('the fork server has threads beside its own (a module loader?): children are spawned instead of forked');
    return undefined;
  }
  throw new ProcessError(
    'ERR_FORK_SERVER',
    `the fork server ended with ${child.signalCode ?? `code ${child.exitCode}`} before it was ready`,
  );
}

function readiness(id: number): 'ready' | 'ended' | undefined {
  if (readSlot(id, DOORBELL)) return 'ready';
  const state = readSlot(id, STATE);
  return state === STARTING || state === RUNNING ? undefined : 'ended';
}

function serverEnded(id: number, code: number, signal: NodeJS.Signals | null): void {
  debug('the fork server %d ended: %s', id, signal ?? code);
  bury(id, code);
  freeSlot(id);
  for (const child of slotsInUse()) buryIfOrphaned(child);
}

/** The children of a fork server that died are killed by the kernel at the same moment; nobody is left who collects them. */
export function buryIfOrphaned(id: number): void {
  const by = readSlot(id, SERVER);
  if (by && isGone(by) && isGone(id)) bury(id, EXIT_UNKNOWN);
}

/** As the program itself would find them; what it cannot find is left for the server to miss. */
function resolved(modules: readonly string[]): string[] {
  const require = createRequire(`${process.cwd()}/`);
  return modules.map((name) => {
    try {
      return builtinModules.includes(name) ? name : pathToFileURL(require.resolve(name)).href;
    } catch {
      return name;
    }
  });
}
