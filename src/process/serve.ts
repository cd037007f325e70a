import fs from 'node:fs';
import { bury, EXIT_UNKNOWN, isMyCreator, lineOf } from '../memory/death.js';
import { header } from '../memory/program.js';
import {
  CREATOR,
  DOORBELL,
  indexOf,
  isGone,
  readSlot,
  recordProcess,
  RUNG,
  self,
  SERVER,
  slotBase,
  slotsInUse,
  STARTING,
  STATE,
} from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import { OSError } from '../errors.js';
import { reap } from '../system/child.js';
import { forkProcess } from '../system/fork.js';
import { openProcess, startTimeNow, startTimeOf, type StartTime } from '../system/life.js';
import { createOrder, giveOrder } from '../system/order.js';
import { createPipe, drain, pollReadable } from '../system/pipe.js';
import { learnTarget } from './prepare.js';
import { drawSeed } from './random.js';
import { makeRoomInServer, tidy } from './tidy.js';

/**
 * The fork server at work. It does nothing but wait, fork, and record how its children end; all of it with blocking calls,
 * so that its event loop, and with it every child's, stays as it was when Node had started.
 *
 *   creator                       server                           child
 *                                 forks one ahead         --->     stands by, waits for its order
 *   claims a slot, stores BOOT
 *   slot: STARTING, rings   --->  slot: PID, RUNNING
 *                                 gives the order         --->     runs what BOOT says
 *                           <---  calls the slot's line
 *                                 forks the next one
 *                                 pidfd: collects it      <---     exits
 *                           <---  slot: EXIT, ENDED, calls its line
 *
 * No child runs before its slot says who it is, so a creator that sees no pid there when the server dies knows that nothing
 * has been run. When the server dies, the kernel kills its children (PR_SET_PDEATHSIG), and their creators, who see that it
 * is gone, record exit code 255. When a creator dies, the server records it and kills the creator's children.
 */
export function openServer(): Server {
  const { readEnd, writeEnd } = createPipe();
  Atomics.store(header(), slotBase(indexOf(self())) + DOORBELL, writeEnd + 1);
  return { readEnd, writeEnd };
}

export interface Server {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** One that has been forked ahead, and waits to be told what it is. */
interface Spare {
  readonly pid: number;
  readonly startTime: StartTime;
  /** Readable when it has ended. A signal would not do: the kernel may give it to one of Node's other threads. */
  readonly fd: number;
  readonly order: number;
}

interface Child {
  /** Of its slot. */
  readonly id: number;
  readonly pid: number;
  readonly fd: number;
}

let children: Child[] = [];
const watched = (): number[] => children.map(({ fd }) => fd);
let spare: Spare | undefined;

/** Returns only in a forked child, with the descriptor by which it will be told what it is. */
export function serve(server: Server): number {
  // The first request is still to come; from then on one is forked ahead, unless that has just failed.
  let ahead = false;
  for (;;) {
    const request = nextRequest();
    if (request !== undefined && spare !== undefined) {
      assign(request, spare);
      spare = undefined;
      ahead = true;
    } else if (request !== undefined || (ahead && spare === undefined)) {
      const order = forkSpare();
      if (order !== undefined) {
        // Here, and in no function of its own: each child would have to compile that.
        for (const fd of [server.readEnd, server.writeEnd, ...watched()]) fs.closeSync(fd);
        children = [];
        return order;
      }
      if (spare !== undefined) continue;
      ahead = false;
      if (request !== undefined) bury(request, EXIT_UNKNOWN); // without a pid: its creator sees that it never was
    } else {
      tidy();
      // For one that dies at once, the next one would do so too.
      if (waitForNews(server)) ahead = false;
    }
  }
}

function nextRequest(): number | undefined {
  for (const id of slotsInUse()) {
    // Each time by its id: since it was seen, the slot may have been given to another process, whose creator rings as well.
    if (readSlot(id, STATE) !== STARTING || readSlot(id, SERVER) !== self()) continue;
    const creator = readSlot(id, CREATOR);
    if (creator === undefined) continue;
    if (isMyCreator(creator) || !isGone(creator)) return id;
    bury(id, EXIT_UNKNOWN);
  }
  return undefined;
}

function assign(id: number, { pid, startTime, fd, order }: Spare): void {
  children.push({ id, pid, fd });
  recordProcess(id, pid, startTime);
  giveOrder(order, id);
  call(lineOf(id), Infinity);
  fs.closeSync(order);
  learnTarget(id);
}

/** Gives the descriptor of its order in the child; in the server there is a spare then, unless the machine is full. */
function forkSpare(): number | undefined {
  let order: number | undefined;
  try {
    order = createOrder();
    drawSeed();
    makeRoomInServer();
    const before = startTimeNow();
    const pid = forkProcess();
    if (pid === 0) return order;
    const startTime = startTimeNow() === before ? before : (startTimeOf(pid) ?? 0);
    spare = { pid, startTime, fd: watch(pid), order };
  } catch {
    if (order !== undefined) fs.closeSync(order);
  }
  return undefined;
}

function watch(pid: number): number {
  const fd = openProcess(pid);
  if (fd !== undefined) return fd;
  process.kill(pid, 'SIGKILL');
  reap(pid);
  throw new OSError('ERR_FORK_FAILED', 'no descriptor is left to watch a child by');
}

/** Waits until there may be a request, and collects who has ended meanwhile. Says whether the spare has. */
function waitForNews({ readEnd }: Server): boolean {
  const awaited = [readEnd, spare?.fd ?? NONE, ...watched()];
  const [rung, isSpareEnded, ...ended] = pollReadable(awaited, FOREVER);
  if (ended.includes(true)) collectEnded(ended);
  if (isSpareEnded) dropSpare(spare!);
  if (rung) {
    drain(readEnd);
    // Before looking at the requests: who makes one from now on rings anew.
    Atomics.store(header(), slotBase(indexOf(self())) + RUNG, 0);
  }
  return isSpareEnded === true;
}

const FOREVER = -1;
const NONE = -1; // which poll(2) passes over

function collectEnded(ended: readonly boolean[]): void {
  const gone = children.filter((_, place) => ended[place]);
  children = children.filter((_, place) => !ended[place]);
  for (const { id, pid, fd } of gone) {
    fs.closeSync(fd);
    bury(id, reap(pid));
  }
}

function dropSpare({ pid, fd, order }: Spare): void {
  spare = undefined;
  fs.closeSync(fd);
  fs.closeSync(order);
  reap(pid);
}
