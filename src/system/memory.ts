import fs from 'node:fs';
import { OSError } from '../errors.js';
import { errorName, systemError } from './error.js';
import { addressOf, fallocate, memfdCreate, mmap, munmap, viewMemory } from './libc.js';

const MFD_CLOEXEC = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_POPULATE = 0x8000;
const MAP_FAILED = 2 ** 64 - 1;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

/** A part of a shared memory file, mapped into this process. */
export interface Mapping {
  readonly address: number;
  readonly buffer: ArrayBuffer;
}

/** Makes a shared memory file without a name: it vanishes with the last process that has it open. `size` is sparse. */
export function createMemory(label: string, size: number): number {
  const fd = memfdCreate(label, MFD_CLOEXEC) as number;
  if (fd < 0) throw systemError('memfd_create');
  try {
    fs.ftruncateSync(fd, size);
  } catch (cause) {
    fs.closeSync(fd);
    const text = `ftruncate failed: ${(cause as NodeJS.ErrnoException).code}; shared memory lies in a sparse file, which a limit on the size of files (ulimit -f) forbids`;
    throw new OSError('ERR_SYSTEM_CALL', text, { cause });
  }
  return fd;
}

/** `atOnce` maps the pages that are there together, which takes a fraction of mapping each when it is touched. */
export function mapMemory(fd: number, offset: number, length: number, atOnce = false): Mapping {
  const flags = MAP_SHARED | (atOnce ? MAP_POPULATE : 0);
  const pointer: unknown = mmap(0, length, PROT_READ_WRITE, flags, fd, offset);
  const address = addressOf(pointer);
  if (address >= MAP_FAILED) throw systemError('mmap');
  return { address, buffer: viewMemory(address, length) };
}

export { viewMemory };

/** The caller vouches that nothing reads the mapping's buffer any more. */
export function unmapMemory(mapping: { address: number; length: number }): void {
  munmap(mapping.address, mapping.length);
}

/** Backs a range with real pages now, so that a full machine is an error here and not a SIGBUS at some later access. */
export function reserveMemory(fd: number, offset: number, length: number): void {
  // Some kernels undo it when a signal comes.
  while (fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length) !== 0)
    if (errorName() !== 'EINTR') throw systemError('fallocate');
}

/** Gives the pages of a range back to the machine; it reads as zeros afterwards. */
export function releaseMemory(fd: number, offset: number, length: number): void {
  if (fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length) !== 0) throw systemError('fallocate');
}
