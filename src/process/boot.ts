import os from 'node:os';
import { forgetBells } from '../memory/doorbell.js';
import { findPages, leaveHoldingsToServer, shareHoldings } from '../memory/holdings.js';
import { header } from '../memory/program.js';
import { CREATOR, enterSlot, indexOf, inheritSlot, isGone, publishSlot, self, slotBase } from '../memory/slots.js';
import { awaitCreator, awaitOrder } from '../memory/standing.js';
import { leaveNow, muteStdin, prepareName, setParentDeathSignal } from '../system/child.js';
import { enterBusyFork, enterFork, renewPid } from '../system/fork.js';
import type { DeadEnds } from '../system/inherited-loop.js';
import { leavePlatformThreads, platformThreadsRun } from '../system/platform.js';
import { logger } from '../logging/logger.js';
import { applyLogSettings } from '../logging/stderr.js';
import { becomeNewProcess } from '../system/generation.js';
import { duringBoot } from './bootstrapping.js';
import { inheritServer } from './fork-server.js';
import { leaveWithoutParent } from './launch.js';
import { leaveByItself, leaveThroughExit, leaveWhenQuiet, report, targetDone } from './leave.js';
import { runAfterFork } from './after-fork.js';
import { adoptProcess, adoptSelf } from './current.js';
import { forgetParent } from './inherited.js';
import { readTarget } from './prepare.js';
import type { Process } from './process.js';
import { readRecord, takeLuggage, type Luggage } from './record.js';
import type { State } from './state.js';
import { reseedMathRandom } from './random.js';
import { rehearse } from './rehearsal.js';
import { applySettings, takeSettings } from './settings.js';

const { SIGKILL } = os.constants.signals;

/** In the fork server, before it forks: what would be the same in each of its children. */
export async function prepareForked(): Promise<void> {
  leavePlatformThreads();
  while (platformThreadsRun()) await new Promise(setImmediate); // what they were given until now has an end
  leaveThroughExit();
  prepareLeaving();
  leaveWhenQuiet();
  spare = prepareName('manyfold-spare');
  shareHoldings();
  await rehearse(() => {
    publishSlot(self()); // as if it were a child's, and had its order
    bootForked(process.ppid, self());
  });
  findPages(); // the rehearsal has left them to the server, which is this process
}

let spare: ReturnType<typeof prepareName>;

/** In a child that `parent` has just forked for a slot: begins when it is told to. */
export function bootForked(parent: number, id: number): void {
  standBy(parent);
  awaitCreator(id);
  enterFork();
  spare.nameAsBefore();
  awaitOrder(id);
  inheritSlot(id);
  leaveHoldingsToServer();
  inheritServer();
  void run(id);
}

/** All that can be done before it is known what it will run. */
function standBy(parent: number): void {
  setParentDeathSignal(SIGKILL);
  leaveWithoutParent(parent);
  renewPid();
  reseedMathRandom();
  forgetBells();
  spare.rename();
}

/** How a process that was forked by its creator itself came to be. */
interface Birth {
  /** Of its slot. */
  readonly id: number;
  readonly parent: number;
  readonly turn: NodeJS.Immediate;
  readonly ends: DeadEnds;
  /** Lets in the signals that have been held back since before the fork. */
  readonly letSignals: () => void;
}

/** In a child that the calling process has just forked of itself, to run `object`. */
export function bootFork(object: Process, state: State, { id, parent, turn, ends, letSignals }: Birth): void {
  try {
    setParentDeathSignal(SIGKILL);
    leaveWithoutParent(parent);
    enterBusyFork(ends);
    renewPid();
    muteStdin();
    leavePlatformThreads();
    enterSlot(id);
    findPages();
    becomeNewProcess();
    forgetParent(turn);
    reseedMathRandom();
    adoptSelf(object, state, id);
    leaveThroughExit();
    prepareLeaving();
    leaveWhenQuiet();
    letSignals();
    runAfterFork();
    void live(object);
  } catch (error) {
    leaveNow(report(error)); // it must not get into the parent's code
  }
}

/** In a thread that stands for a child. */
export function bootInThread(id: number): void {
  prepareLeaving();
  void run(id);
}

/** In a child that is a fresh Node. */
export function bootSpawned(id: number, settings: number): void {
  enterSlot(id);
  // The creator's death is told to its children that have entered; it may have died just before.
  if (isGone(header()[slotBase(indexOf(id)) + CREATOR]!)) leaveNow(1);
  applySettings(takeSettings(settings));
  prepareLeaving();
  void run(id);
}

function prepareLeaving(): void {
  // Until the user's code says otherwise, an interrupt ends a child as an uncaught KeyboardInterrupt ends Python's.
  process.on('SIGINT', interrupted);
  leaveByItself();
}

function interrupted(): void {
  if (process.listenerCount('SIGINT') === 1) process.exit(1);
}

async function run(id: number): Promise<void> {
  try {
    const { record, target } = readRecord(id);
    const luggage = await duringBoot(() => unpack(id, target));
    if (record.cwd !== process.cwd()) process.chdir(record.cwd);
    applyLogSettings(record.log);
    await live(adoptProcess(record, luggage));
  } catch (error) {
    process.exit(report(error));
  }
}

async function live(object: Process): Promise<void> {
  try {
    logger.info('child process calling run()');
    await object.run();
    targetDone();
  } catch (error) {
    process.exit(report(error));
  }
}

async function unpack(id: number, target: string): Promise<Luggage> {
  const luggage = await takeLuggage(id);
  return target === '' ? luggage : { ...luggage, target: await readTarget(target) };
}
