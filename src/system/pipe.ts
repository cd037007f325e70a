import fs from 'node:fs';
import { OSError } from '../errors.js';
import { systemError } from './error.js';
import { fcntl, pipe2, poll } from './libc.js';
import { closeDescriptor } from './close.js';

const O_CLOEXEC = 0o2000000;
const POLLIN = 1;
const POLLNVAL = 32;
/** A `struct pollfd` is a descriptor and two 16-bit masks. */
const POLLFD_WORDS = 2;

const scrap = Buffer.alloc(4096);

/**
 * A pipe whose ends do not block and are closed in programs that a child starts. The kernel writes them to `ends`: who can
 * be stopped at any moment gives memory that others see.
 */
export function createPipe(ends: Int32Array = new Int32Array(2)): { readEnd: number; writeEnd: number } {
  if (pipe2(ends, fs.constants.O_NONBLOCK | O_CLOEXEC) !== 0) throw systemError('pipe2');
  return { readEnd: ends[0]!, writeEnd: ends[1]! };
}

/** Closes what may be open of a pipe's ends. `readEnd` may be another file's number by now, `writeEnd` not. */
export function closePipe(readEnd: number, writeEnd: number): void {
  if (isReadEndOf(readEnd, writeEnd)) closeDescriptor(readEnd);
  closeDescriptor(writeEnd);
}

function isReadEndOf(readEnd: number, writeEnd: number): boolean {
  try {
    const [a, b] = [fs.fstatSync(readEnd), fs.fstatSync(writeEnd)];
    const flags = fcntl(readEnd, F_GETFL, 0) as number;
    return a.ino === b.ino && a.dev === b.dev && (flags & O_ACCMODE) === fs.constants.O_RDONLY;
  } catch {
    return false; // it is closed
  }
}

const F_GETFL = 3;
const O_ACCMODE = 3;

/** Blocks until one of the descriptors is readable or closed at its other end; tells which. Negative ones are ignored. */
export function pollReadable(descriptors: readonly number[], milliseconds: number): boolean[] {
  const entries = new Int32Array(descriptors.length * POLLFD_WORDS);
  descriptors.forEach((fd, i) => {
    entries[i * POLLFD_WORDS] = fd;
    entries[i * POLLFD_WORDS + 1] = POLLIN;
  });
  const ready = poll(entries, descriptors.length, milliseconds) as number;
  return descriptors.map((fd, i) => ready > 0 && isReadable(fd, entries[i * POLLFD_WORDS + 1]! >>> 16));
}

function isReadable(fd: number, events: number): boolean {
  if (events & POLLNVAL) throw new OSError('ERR_BAD_DESCRIPTOR', `expected an open descriptor, got ${fd}`);
  return events !== 0;
}

/** Reads what a non-blocking descriptor holds and throws it away: a doorbell's bytes carry nothing. */
export function drain(fd: number): void {
  try {
    while (fs.readSync(fd, scrap) === scrap.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}
