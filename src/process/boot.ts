import os from 'node:os';
import { dropBells } from '../memory/doorbell.js';
import { header } from '../memory/program.js';
import { CREATOR, enterSlot, indexOf, inheritSlot, isGone, self, slotBase } from '../memory/slots.js';
import { leaveNow, renameProcess, setParentDeathSignal } from '../system/child.js';
import { duringBoot } from './bootstrapping.js';
import { inheritServer } from './fork-server.js';
import { leaveWithoutParent } from './launch.js';
import { leaveByItself, leaveThroughExit, leaveWhenQuiet, report, targetDone } from './leave.js';
import { adoptProcess } from './current.js';
import { readTarget } from './prepare.js';
import { readRecord, takeLuggage, type BootRecord, type Luggage } from './record.js';
import { reseedMathRandom } from './random.js';
import { rehearse } from './rehearsal.js';
import { applySettings, takeSettings } from './settings.js';

const { SIGKILL } = os.constants.signals;

/** In the fork server, before it forks: what would be the same in each of its children. */
export async function prepareForked(): Promise<void> {
  leaveThroughExit();
  prepareLeaving();
  leaveWhenQuiet();
  await rehearse(() => {
    standBy(process.ppid)();
    bootForked(self());
  });
}

/** In a child that `parent` has just forked: all that can be done before it is known what it will be. Gives what ends that. */
export function standBy(parent: number): () => void {
  setParentDeathSignal(SIGKILL);
  leaveWithoutParent(parent);
  reseedMathRandom();
  dropBells();
  return renameProcess('manyfold-spare');
}

/** In a forked child: makes it the process `id`. */
export function bootForked(id: number): void {
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
    const record = readRecord(id);
    const luggage = await duringBoot(() => unpack(id, record));
    if (record.cwd !== process.cwd()) process.chdir(record.cwd);
    await adoptProcess(record, luggage).run();
    targetDone();
  } catch (error) {
    process.exit(report(error));
  }
}

async function unpack(id: number, record: BootRecord): Promise<Luggage> {
  const luggage = await takeLuggage(id);
  return { ...luggage, target: luggage.target ?? (await readTarget(record)) };
}
