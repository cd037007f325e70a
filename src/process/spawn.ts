import { bury, lineOf } from '../memory/death.js';
import { header } from '../memory/program.js';
import { indexOf, PID, publishSlot, slotBase } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import { OSError } from '../errors.js';
import { peekExit } from '../system/child.js';
import { launchNode } from './launch.js';
import { writeSettings } from './settings.js';

/** Starts the child of a slot as a fresh Node with this process's options. */
export async function spawnChild(id: number): Promise<void> {
  publishSlot(id);
  const child = launchNode('child', [], ['manyfold-child', id, writeSettings([], id)]);
  if (child.pid === undefined) {
    const cause = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new OSError('ERR_SPAWN_FAILED', `cannot start a process: ${cause.message}`, { cause });
  }
  Atomics.store(header(), slotBase(indexOf(id)) + PID, child.pid);
  call(lineOf(id), Infinity);
  child.once('exit', (code, signal) => bury(id, code ?? -signalNumber(signal!)));
}

function signalNumber(name: NodeJS.Signals): number {
  return process.getBuiltinModule('node:os').constants.signals[name];
}

/** For one who blocks, and so keeps this process from hearing that its child has ended. */
export function burySpawned(id: number, pid: number): void {
  const exitCode = peekExit(pid);
  if (exitCode !== undefined) bury(id, exitCode);
}
