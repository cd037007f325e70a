import os from 'node:os';
import { dropBells } from '../memory/doorbell.js';
import { lineOf } from '../memory/death.js';
import { header } from '../memory/program.js';
import {
  CREATOR,
  enterSlot,
  indexOf,
  inheritSlot,
  isGone,
  readSlot,
  RUNNING,
  slotBase,
  STATE,
} from '../memory/slots.js';
import { waitSync } from '../sync/wait.js';
import { leaveNow, setParentDeathSignal } from '../system/child.js';
import { duringBoot } from './bootstrapping.js';
import { inheritServer } from './fork-server.js';
import { leaveWithoutParent } from './launch.js';
import { leaveByItself, leaveThroughExit, leaveWhenQuiet, report, targetDone } from './leave.js';
import { adoptProcess } from './current.js';
import { readTarget, type Prepared } from './prepare.js';
import { dropRecord, readRecord, takeLuggage, type Luggage } from './record.js';
import { reseedMathRandom } from './random.js';
import { rehearse } from './rehearsal.js';
import type { Forked } from './serve.js';
import { applySettings, takeSettings } from './settings.js';

const { SIGKILL } = os.constants.signals;

/** In the fork server, before it forks: what would be the same in each of its children. */
export async function prepareForked(): Promise<void> {
  await rehearse();
  leaveThroughExit();
  prepareLeaving();
  leaveWhenQuiet();
}

/** In a child that the fork server `parent` has just forked. */
export function bootForked({ id, prepared }: Forked, parent: number): void {
  setParentDeathSignal(SIGKILL);
  leaveWithoutParent(parent);
  reseedMathRandom();
  dropBells();
  inheritSlot(id);
  inheritServer();
  untilRecorded(id);
  void run(id, prepared);
}

/**
 * Until the server has recorded this child, the start does not count: should the server die, its child dies as well, and
 * the next server starts another one for the same slot. So nothing may have been done by then.
 */
function untilRecorded(id: number): void {
  waitSync({ line: lineOf(id), cares: false, attempt: () => readSlot(id, STATE) === RUNNING || undefined });
}

/** In a child that is a fresh Node. */
export function bootSpawned(id: number, settings: number): void {
  enterSlot(id);
  // The creator's death is told to its children that have entered; it may have died just before.
  if (isGone(header()[slotBase(indexOf(id)) + CREATOR]!)) leaveNow(1);
  applySettings(takeSettings(settings));
  prepareLeaving();
  void run(id, undefined);
}

function prepareLeaving(): void {
  // Until the user's code says otherwise, an interrupt ends a child as an uncaught KeyboardInterrupt ends Python's.
  process.on('SIGINT', interrupted);
  leaveByItself();
}

function interrupted(): void {
  if (process.listenerCount('SIGINT') === 1) process.exit(1);
}

async function run(id: number, given: Prepared | undefined): Promise<void> {
  try {
    const prepared = given ?? prepareHere(id);
    const luggage = await duringBoot(() => unpack(id, prepared));
    if (prepared.record.cwd !== process.cwd()) process.chdir(prepared.record.cwd);
    await adoptProcess(prepared.record, luggage).run();
    targetDone();
  } catch (error) {
    process.exit(report(error));
  }
}

function prepareHere(id: number): Prepared {
  const record = readRecord(id);
  dropRecord(id);
  return { record, target: undefined };
}

async function unpack(id: number, prepared: Prepared): Promise<Luggage> {
  const luggage = await takeLuggage(id);
  return { ...luggage, target: luggage.target ?? (await readTarget(prepared)) };
}
