import fs from 'node:fs';
import { bury, EXIT_UNKNOWN, isMyCreator, killSlot, lineOf } from '../memory/death.js';
import { header } from '../memory/program.js';
import {
  claimSlot,
  CREATOR,
  DOORBELL,
  freeSlot,
  indexOf,
  isGone,
  PID,
  readSlot,
  RUNG,
  self,
  SERVER,
  slotBase,
  slotsInUse,
  STARTING,
  STATE,
} from '../memory/slots.js';
import { introduce, isSentOff, offer, passToCreator } from '../memory/standing.js';
import { call } from '../memory/waiters.js';
import { orKill, reap } from '../system/child.js';
import { forkProcess } from '../system/fork.js';
import { openProcess, startTimeNow, startTimeOf, type StartTime } from '../system/life.js';
import { createPipe, drain, pollReadable } from '../system/pipe.js';
import { learnTarget } from './prepare.js';
import { drawSeed } from './random.js';
import { makeRoomInServer, tidy } from './tidy.js';

/**
 * The fork server at work. It does nothing but wait, fork, and record how its children end; all of it with blocking calls,
 * so that its event loop, and with it every child's, stays as it was when Node had started.
 *
 *   creator                       server                           child
 *                                 forks one ahead         --->     stands by (memory/standing.ts)
 *   takes its slot, stores BOOT
 *   slot: STARTING, wakes it        --------------------->         slot: RUNNING, runs what BOOT says
 *   rings                   --->  forks the next one
 *                                 pidfd: collects it      <---     exits
 *                           <---  slot: EXIT, ENDED, calls its line
 *
 * A creator who finds nobody standing by claims a slot itself:
 *
 *   slot: STARTING, rings   --->  forks one
 *                           <---  slot: PID, calls its line ---->  slot: RUNNING, runs what BOOT says
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

interface Child {
  /** Of its slot. */
  readonly id: number;
  readonly pid: number;
  /** Readable when it has ended. A signal would not do: the kernel may give it to one of Node's other threads. */
  readonly fd: number;
}

let children: Child[] = [];
const watched = (): number[] => children.map(({ fd }) => fd);

/** The slot of the one that has been forked ahead. */
let spare: number | undefined;
/** Whether one is to be: from the first start on, unless that has just failed. */
let ahead = false;

/** Returns only in a forked child, with the id of its slot. */
export function serve(server: Server): number {
  for (;;) {
    lookAfterSpare();
    const request = nextRequest();
    const id = request ?? (ahead && spare === undefined ? claimForSpare() : undefined);
    if (id === undefined) {
      tidy();
      waitForNews(server);
      continue;
    }
    const pid = forkFor(id);
    if (pid === IN_CHILD) {
      // Here, and in no function of its own: each child would have to compile that.
      for (const fd of [server.readEnd, server.writeEnd, ...watched()]) fs.closeSync(fd);
      children = [];
      return id;
    }
    ahead = pid !== undefined;
    if (id !== request) keep(id, ahead);
    else if (ahead) answer(id);
    else bury(id, EXIT_UNKNOWN); // without a pid: its creator sees that it never was
  }
}

/** One that has been sent off is a child as others. */
function lookAfterSpare(): void {
  if (spare === undefined || !isSentOff(spare)) return;
  learnTarget(spare);
  spare = undefined;
  ahead = true;
}

/** undefined when the program has as many processes as it can have. */
function claimForSpare(): number | undefined {
  try {
    return claimSlot(self());
  } catch {
    ahead = false;
    return undefined;
  }
}

function nextRequest(): number | undefined {
  for (const id of slotsInUse()) {
    // Each time by its id: since it was seen, the slot may have been given to another process, whose creator rings as well.
    if (readSlot(id, STATE) !== STARTING || readSlot(id, SERVER) !== self() || readSlot(id, PID) !== 0) continue;
    const creator = readSlot(id, CREATOR);
    if (creator === undefined) continue;
    if (isMyCreator(creator) || !isGone(creator)) return id;
    bury(id, EXIT_UNKNOWN);
  }
  return undefined;
}

/** After the fork that a creator has asked for. */
function answer(id: number): void {
  call(lineOf(id), Infinity);
  // Who buries the creator, and looked for its children before the PID was there, has not seen whom to kill.
  const creator = readSlot(id, CREATOR) ?? id;
  if (!isMyCreator(creator) && isGone(creator)) killSlot(id);
  learnTarget(id);
}

/** After a fork ahead, or when that has failed. */
function keep(id: number, isForked: boolean): void {
  if (isForked) offer((spare = id));
  else freeSlot(id);
}

const IN_CHILD = 0;

/** Forks the process of a slot, and gives its pid in the server; undefined when the machine is full. */
function forkFor(id: number): number | undefined {
  try {
    drawSeed();
    makeRoomInServer();
    const before = startTimeNow();
    const pid = forkProcess();
    if (pid === IN_CHILD) return IN_CHILD;
    const isSameTick = startTimeNow() === before;
    orKill(pid, () => {
      const startTime = isSameTick ? before : (startTimeOf(pid) ?? ENDED_BEFORE);
      children.push({ id, pid, fd: openProcess(pid)! }); // not collected yet, so it is there
      introduce(id, pid, startTime);
    });
    return pid;
  } catch {
    return undefined;
  }
}

const ENDED_BEFORE: StartTime = -1; // that of no process

/** Waits until there may be a request, and collects who has ended meanwhile. */
function waitForNews({ readEnd }: Server): void {
  const [rung, ...ended] = pollReadable([readEnd, ...watched()], FOREVER);
  lookAfterSpare(); // it may be among them
  if (ended.includes(true)) collectEnded(ended);
  if (rung) {
    drain(readEnd);
    // Before looking at the requests: who makes one from now on rings anew.
    Atomics.store(header(), slotBase(indexOf(self())) + RUNG, 0);
  }
}

const FOREVER = -1;

function collectEnded(ended: readonly boolean[]): void {
  const gone = children.filter((_, place) => ended[place]);
  children = children.filter((_, place) => !ended[place]);
  for (const { id, pid, fd } of gone) {
    fs.closeSync(fd);
    const exitCode = reap(pid);
    if (passToCreator(id, pid)) bury(id, exitCode);
    if (id !== spare) continue;
    spare = undefined;
    ahead = false; // for one that dies at once, the next one would do so too
  }
}
