import { forkProcess } from '../system/fork.js';
import { reap } from '../system/child.js';
import { openProcess } from '../system/life.js';
import { createPipe, drain, pollReadable } from '../system/pipe.js';
import { bury, EXIT_UNKNOWN, isMyCreator, lineOf } from '../memory/death.js';
import { header } from '../memory/program.js';
import {
  CREATOR,
  DOORBELL,
  indexOf,
  isGone,
  recordProcess,
  RUNG,
  self,
  SERVER,
  slotBase,
  slotsInUse,
  STARTING,
  STATE,
} from '../memory/slots.js';
import { prepareChild, type Prepared } from './prepare.js';
import { drawSeed } from './random.js';
import { dropRecord } from './record.js';
import { call } from '../memory/waiters.js';
import fs from 'node:fs';

/**
 * The fork server at work. It does nothing but wait, fork on request, and record how its children end; all of it with
 * blocking calls, so that its event loop, and with it every child's, stays as it was when Node had started.
 *
 *   creator                       server                           child
 *   claims a slot, stores BOOT
 *   slot: STARTING, rings   --->  reads BOOT, forks        --->    set up
 *                           <---  slot: RUNNING, calls its line  --->    runs what BOOT says
 *                                 pidfd: collects it       <---    exits
 *                           <---  slot: EXIT, ENDED, calls its line
 *
 * When the server dies, the kernel kills its children (PR_SET_PDEATHSIG), and their creators, who see that it is gone,
 * record exit code 255. When a creator dies, the server records it and kills the creator's children.
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

/** What a forked child finds itself with. */
export interface Forked {
  /** Of its slot. */
  readonly id: number;
  readonly prepared: Prepared | undefined;
}

/** Returns only in a forked child. */
export function serve(server: Server): Forked {
  for (;;) {
    const [rung, ...ended] = pollReadable([server.readEnd, ...children.map(({ fd }) => fd)], FOREVER);
    if (ended.includes(true)) collectEnded(ended);
    if (!rung) continue;
    drain(server.readEnd);
    // Before looking at the requests: who makes one from now on rings anew.
    Atomics.store(header(), slotBase(indexOf(self())) + RUNG, 0);
    const child = forkRequested();
    if (child !== undefined) return leaveServer(server, child);
  }
}

const FOREVER = -1;

function forkRequested(): Forked | undefined {
  const words = header();
  for (const id of slotsInUse()) {
    const base = slotBase(indexOf(id));
    if (Atomics.load(words, base + STATE) !== STARTING || words[base + SERVER] !== self()) continue;
    const creator = words[base + CREATOR]!;
    if (!isMyCreator(creator) && isGone(creator)) {
      bury(id, EXIT_UNKNOWN);
      continue;
    }
    drawSeed();
    const prepared = prepareChild(id);
    const pid = tryFork();
    if (pid === 0) return { id, prepared };
    if (pid === undefined) {
      bury(id, EXIT_UNKNOWN); // without a pid: its creator sees that it never was
      continue;
    }
    children.push({ id, pid, fd: openProcess(pid)! }); // not collected yet, so it is there
    recordProcess(id, pid); // from here on it counts as started, and runs
    call(lineOf(id), Infinity);
    if (prepared) dropRecord(id);
  }
  return undefined;
}

function tryFork(): number | undefined {
  try {
    return forkProcess();
  } catch {
    return undefined;
  }
}

function collectEnded(ended: readonly boolean[]): void {
  const gone = children.filter((_, place) => ended[place]);
  children = children.filter((_, place) => !ended[place]);
  for (const { id, pid, fd } of gone) {
    fs.closeSync(fd);
    bury(id, reap(pid));
  }
}

function leaveServer({ readEnd, writeEnd }: Server, child: Forked): Forked {
  for (const fd of [readEnd, writeEnd, ...children.map((sibling) => sibling.fd)]) fs.closeSync(fd);
  children = [];
  return child;
}
