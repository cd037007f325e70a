import os from 'node:os';
import { dropBells } from '../memory/doorbell.js';
import { free } from '../memory/heap.js';
import { readParcel } from '../memory/parcel.js';
import { header } from '../memory/program.js';
import { BOOT, CREATOR, enterSlot, indexOf, inheritSlot, isGone, slotBase } from '../memory/slots.js';
import { leaveNow, setParentDeathSignal } from '../system/child.js';
import { duringBoot } from './bootstrapping.js';
import { inheritServer } from './fork-server.js';
import { leaveWithoutParent } from './launch.js';
import { leaveByItself, leaveThroughExit, leaveWhenQuiet, report, targetDone } from './leave.js';
import { adoptProcess } from './current.js';
import { readRecord, type ReadRecord } from './record.js';
import { reseedMathRandom } from './random.js';
import { rehearse } from './rehearsal.js';
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
export function bootForked(id: number, parent: number): void {
  setParentDeathSignal(SIGKILL);
  leaveWithoutParent(parent);
  reseedMathRandom();
  dropBells();
  inheritSlot(id);
  inheritServer();
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
    const { record, target } = await duringBoot(() => readBoot(id));
    await adoptProcess(record, target).run();
    targetDone();
  } catch (error) {
    process.exit(report(error));
  }
}

async function readBoot(id: number): Promise<ReadRecord> {
  const words = header();
  const boot = slotBase(indexOf(id)) + BOOT;
  const record = await readParcel(words[boot]!, readRecord);
  // Whoever buries this process frees what stands here.
  const address = Atomics.exchange(words, boot, 0);
  if (address !== 0) free(address);
  return record;
}
