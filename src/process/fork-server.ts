import { builtinModules, createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { logger } from '../logging/logger.js';
import { bury, EXIT_UNKNOWN, lineOf } from '../memory/death.js';
import { reach, ring, ringAgain } from '../memory/doorbell.js';
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
import { disown, sendOff, takeStanding, withdraw } from '../memory/standing.js';
import { ArgumentTypeError, expected, OSError, ProcessError } from '../errors.js';
import { waitAsync } from '../sync/await.js';
import { inForkedChild } from '../system/generation.js';
import { EXIT_CANNOT_FORK, launchNode } from './launch.js';
import { LARGE_PAGES, ONE_THREAD } from './one-thread.js';
import { writeSettings } from './settings.js';

let server: number | undefined; // id of its slot
let starting: Promise<number | undefined> | undefined;
let unfit = false;
let preload: readonly string[] = [];

inForkedChild(() => {
  starting = undefined;
});

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

/** In a thread: its children are forked by the server of its process. */
export function shareServer(id: number | undefined): void {
  server = id;
}

export function serverInUse(): number | undefined {
  return server;
}

/** In a forked child: its own children are forked by the same server. */
export function inheritServer(): void {
  server = readSlot(self(), SERVER);
}

/** The slot of a process that has been forked ahead, now this creator's own, if there is one; for `forkChild`. */
export function takeSpare(): number | undefined {
  const by = liveServer();
  return by === undefined ? undefined : takeStanding(by);
}

/** Should it have died unnoticed, a request will show it. */
function liveServer(): number | undefined {
  return server === undefined || hasEnded(server) ? undefined : server;
}

/** Has a server started, if there is none: Node comes up while the caller gets ready what it is to be asked. */
export function wakeServer(): void {
  if (liveServer() === undefined) findServer().catch(() => {}); // whoever asks it starts one anew, and learns what is wrong
}

/**
 * Has the child of a slot forked, or sends off the one that stands by in it. False when this program cannot be forked (a
 * loader of it runs on a thread of its own): its children are spawned instead.
 */
export async function forkChild(id: number): Promise<boolean> {
  return (readSlot(id, PID) !== 0 && (await sendSpare(id))) || requestFork(id);
}

/** False when it turns out to have died before it began. */
async function sendSpare(id: number): Promise<boolean> {
  const by = readSlot(id, SERVER)!;
  if (isGone(by)) {
    disown(id);
    return false;
  }
  sendOff(id);
  ring(by);
  if (!isGone(by) && !isGone(id)) return true;
  // The kernel kills it with its server, but a moment later: one that was only just forked may have begun meanwhile.
  await waitAsync({ line: lineOf(id), cares: true, unordered: true, attempt: () => isGone(id) || undefined });
  return !withdraw(id);
}

async function requestFork(id: number): Promise<boolean> {
  const base = slotBase(indexOf(id));
  for (;;) {
    const by = await findServer();
    header()[base + SERVER] = by ?? 0;
    if (by === undefined) return false;
    reach(by);
    publishSlot(id);
    ring(by);
    const answer = await waitAsync({
      line: lineOf(id),
      cares: true,
      unordered: true,
      attempt: (patient) => answered(id, by, patient),
    });
    if (answer === 'started') return true;
    if (answer === 'refused') {
      throw new OSError(
        'ERR_FORK_FAILED',
        'the fork server could not fork: the machine has no memory or no process left, or the server no descriptor',
      );
    }
    // The server has died before the child had its PID, which that waits for before it does anything: it has done nothing,
    // and the kernel has killed it with the server. The next server gets the request as it was.
  }
}

function answered(id: number, by: number, patient: boolean): 'started' | 'refused' | 'lost' | undefined {
  const base = slotBase(indexOf(id));
  const isLost = patient && isGone(by); // before the words: a server that is gone writes none afterwards
  const state = Atomics.load(header(), base + STATE); // before the PID, which is there first
  if (Atomics.load(header(), base + PID) !== 0) return 'started';
  if (state !== STARTING) return 'refused';
  if (isLost) return 'lost';
  if (patient) ringAgain(by); // in case that somebody died while ringing it
  return undefined;
}

async function findServer(): Promise<number | undefined> {
  if (unfit) return undefined;
  const by = liveServer();
  if (by !== undefined) return by;
  starting ??= startServer().finally(() => {
    starting = undefined;
  });
  return starting;
}

async function startServer(): Promise<number | undefined> {
  const id = claimSlot(self());
  publishSlot(id);
  const child = launchNode(
    'server',
    [...ONE_THREAD, LARGE_PAGES],
    ['manyfold-forkserver', id, writeSettings(resolved(preload), id)],
  );
  let cause: Error | undefined;
  child.once('error', (error) => {
    cause = error;
    bury(id, EXIT_UNKNOWN);
  });
  child.once('exit', (code, signal) => serverEnded(id, code ?? 128, signal));
  const state = await waitAsync({ line: lineOf(id), cares: true, unordered: true, attempt: () => readiness(id) });
  if (state === 'ready') {
    server = id;
    logger.debug('started the fork server as process %d', child.pid);
    return id;
  }
  if (child.exitCode === EXIT_CANNOT_FORK) {
    unfit = true;
    logger.warning(
      'the fork server has threads beside its own (a module loader?): children are spawned instead of forked',
    );
    return undefined;
  }
  if (cause) throw new ProcessError('ERR_FORK_SERVER', `cannot start the fork server: ${cause.message}`, { cause });
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
  logger.debug('the fork server %d ended: %s', id, signal ?? code);
  bury(id, code);
  freeSlot(id);
  // Those that have not begun are their creators', who may start them anew.
  for (const child of slotsInUse()) if (readSlot(child, STATE) === RUNNING) buryIfOrphaned(child);
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
