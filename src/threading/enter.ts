import type * as workerThreads from 'node:worker_threads';
import { closeBellOf } from '../memory/doorbell.js';
import { writeLabel } from '../memory/label.js';
import { header, isProgramOpen, joinProgram, shareProgram, type SharedProgram } from '../memory/program.js';
import { claimSlot, CREATOR, enterSlot, idOf, indexOf, publishSlot, self, slotBase } from '../memory/slots.js';
import { adoptSurroundings, surroundings, type Surroundings } from '../process/current.js';
import { threadId } from '../system/thread.js';
import { currentObject, foreignThread, setCurrent } from './state.js';

/** Under which workers that this library has not started find the program; Node hands it to each worker that is made. */
const KEY = 'manyfold.program';

interface Invitation {
  readonly program: SharedProgram;
  readonly surroundings: Surroundings;
  readonly main: number;
}

/** Says who this thread is, if it was not started as a `Thread`. */
export function enterUnlessKnown(): void {
  if (currentObject()) return;
  const threads = process.getBuiltinModule('node:worker_threads');
  if (threads.isMainThread) enterMain(threads);
  else enterForeign(threads.getEnvironmentData(KEY) as Invitation | undefined);
}

function enterMain({ setEnvironmentData }: typeof workerThreads): void {
  const main = mainOf(self());
  setCurrent(main, main);
  const invitation: Invitation = { program: shareProgram(), surroundings: surroundings(), main: self() };
  setEnvironmentData(KEY, invitation);
}

function mainOf(id: number | undefined): ReturnType<typeof foreignThread> {
  return foreignThread({ name: 'MainThread', daemon: false, id, nativeId: process.pid, kind: 'main' });
}

/** A worker takes part in its process's program, unless it has already begun one of its own. */
function enterForeign(invitation: Invitation | undefined): void {
  const nativeId = threadId();
  const name = `Dummy-${process.getBuiltinModule('node:worker_threads').threadId}`;
  if (invitation && !isProgramOpen()) {
    joinProgram(invitation.program);
    adoptSurroundings(invitation.surroundings);
    const id = claimSlot(idOf(0));
    header()[slotBase(indexOf(id)) + CREATOR] = id; // nobody is told of its end: whoever sees it clears up
    publishSlot(id);
    enterSlot(id, nativeId);
    writeLabel(id, { name, daemon: true, pid: process.pid });
    process.on('exit', () => closeBellOf(id, false));
  }
  const me = foreignThread({ name, daemon: true, id: self(), nativeId, kind: 'foreign' });
  setCurrent(me, mainOf(invitation?.main));
}
