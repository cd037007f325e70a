import fs from 'node:fs';
import type net from 'node:net';
import { closeDescriptor } from '../system/close.js';
import { inForkedChild } from '../system/generation.js';
import { openForeign } from '../system/life.js';
import { closePipe, createPipe } from '../system/pipe.js';
import { header } from './program.js';
import { BELL, DOORBELL, EXIT, hasEnded, indexOf, PID, readSlot, RUNG, self, slotBase } from './slots.js';

/**
 * How a process reaches the event loop of another: a pipe that the loop reads. Its bytes carry nothing; what there is to
 * see stands in shared memory. RUNG spares the write when the bell has been rung and not yet been answered.
 */
interface Bell {
  readonly socket: net.Socket;
  readonly readEnd: number;
  readonly writeEnd: number;
}

let bell: Bell | undefined;
let answer: () => boolean = () => false;
let waits = 0;

const ONE_BYTE = Buffer.of(1);

/** Says what to do when the bell rings; `callback` says whether that concerned anybody. */
export function onRing(callback: () => boolean): void {
  answer = callback;
}

/** Makes sure that this process can be rung. */
export function listen(): void {
  bell ??= installBell();
}

/**
 * The descriptor that becomes readable when this process is rung, for one who blocks until then. What it has read of it
 * may have been for the event loop: it has to `ringAgain` in the end.
 */
export function bellDescriptor(): number {
  listen();
  unmuteBell(); // the event loop, which may have muted it, does not look meanwhile
  return bell!.readEnd;
}

/** The event loop stays alive while somebody awaits; each call is to be paired with `letLoopGo`. */
export function holdLoop(): void {
  if (waits++ === 0) bell?.socket.ref();
}

export function letLoopGo(): void {
  if (--waits === 0) bell?.socket.unref();
}

function installBell(): Bell {
  const base = slotBase(indexOf(self()));
  const { readEnd, writeEnd } = createPipe(header().subarray(base + BELL, base + BELL + 2));
  const { Socket } = process.getBuiltinModule('node:net');
  const options: net.SocketConstructorOpts & net.ConnectOpts = {
    fd: readEnd,
    readable: true,
    writable: false,
    onread: { buffer: Buffer.alloc(64), callback: answerBell },
  };
  const socket = new Socket(options);
  if (waits === 0) socket.unref();
  Atomics.store(header(), base + DOORBELL, writeEnd + 1);
  return { socket, readEnd, writeEnd };
}

/** Whether something that is awaited keeps the event loop alive. */
export function isLoopHeld(): boolean {
  return waits > 0;
}

/** Looks at what the bell would be rung for. Says whether there was anything. */
export function look(): boolean {
  return answer();
}

/** As if it had been rung: nobody need ring it while the event loop does not sleep. To be ended by `answerBell`. */
export function muteBell(): void {
  Atomics.store(header(), slotBase(indexOf(self())) + RUNG, 1);
}

export function answerBell(): true {
  unmuteBell();
  answer();
  return true;
}

/** To be called before looking at what the bell was rung for: who rings from now on writes anew. */
export function unmuteBell(): void {
  Atomics.store(header(), slotBase(indexOf(self())) + RUNG, 0);
}

/** Descriptors of other processes' bells, opened once. */
const opened = new Map<number, number>();

/** Wakes the event loop of the process `id`; nothing happens when that process is gone. */
export function ring(id: number): void {
  const base = slotBase(indexOf(id));
  if (Atomics.exchange(header(), base + RUNG, 1) === 1) return;
  const fd = id === self() ? bell?.writeEnd : (opened.get(id) ?? openBellIfPossible(id));
  if (fd === undefined) return;
  try {
    fs.writeSync(fd, ONE_BYTE);
  } catch (error) {
    // A full pipe holds bytes enough to wake it; a closed one has no reader left.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') forgetBell(id);
  }
}

/** Who calls others has changed something already: it does not fail for want of a descriptor. */
function openBellIfPossible(id: number): number | undefined {
  try {
    return openBell(id);
  } catch {
    // Others may ring; an event loop in which something is awaited also looks by itself, at least once a second.
    Atomics.store(header(), slotBase(indexOf(id)) + RUNG, 0);
    return undefined;
  }
}

/**
 * Has what `ring` needs, for one who relies on being heard.
 *
 * @throws {OSError} ERR_SYSTEM_CALL: no descriptor is left
 */
export function reach(id: number): void {
  if (!opened.has(id)) openBell(id);
}

/** One who dies between saying that it has rung and ringing leaves a bell that nobody rings any more. Undoes that. */
export function ringAgain(id: number): void {
  Atomics.store(header(), slotBase(indexOf(id)) + RUNG, 0);
  ring(id);
}

function openBell(id: number): number | undefined {
  for (const other of opened.keys()) if (hasEnded(other)) forgetBell(other);
  const pid = readSlot(id, PID);
  const doorbell = readSlot(id, DOORBELL);
  if (!pid || !doorbell) return undefined;
  const fd = openForeign(pid, doorbell - 1, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
  if (fd !== undefined) opened.set(id, fd);
  return fd;
}

/** Closes what is kept open for ringing a process that has ended. */
export function forgetBell(id: number): void {
  const fd = opened.get(id);
  if (fd === undefined) return;
  opened.delete(id);
  fs.closeSync(fd);
}

/**
 * Closes the bell of a thread of this process that has ended: its process goes on, and would keep it open. Node closes the
 * end that it reads, unless the thread was stopped before it had told Node of it.
 */
export function closeBellOf(id: number, wasStopped = readSlot(id, EXIT) === 0): void {
  const writeEnd = readSlot(id, BELL + 1);
  if (!writeEnd) return;
  const base = slotBase(indexOf(id));
  const readEnd = header()[base + BELL]!;
  for (const word of [DOORBELL, BELL + 1]) Atomics.store(header(), base + word, 0); // the numbers may soon be other files'
  if (wasStopped) closePipe(readEnd, writeEnd);
  else closeDescriptor(writeEnd);
}

/** Closes what its parent has kept open in a forked child, for ringing others. */
export function forgetBells(): void {
  for (const fd of opened.values()) fs.closeSync(fd);
  opened.clear();
}

inForkedChild(() => {
  forgetBells();
  const { readEnd, writeEnd } = bell ?? {};
  for (const fd of [readEnd, writeEnd]) if (fd !== undefined) fs.closeSync(fd);
  bell = undefined;
  waits = 0;
});
