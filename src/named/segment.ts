import fs from 'node:fs';
import { FileExistsError, FileNotFoundError, OSError, ValueError } from '../errors.js';
import { mapMemory, reserveMemory, unmapMemory } from '../system/memory.js';
import { pathOf, removeName } from './folder.js';
import { freshName, isAlive, owner } from './owner.js';
import { register, unregister } from './register.js';
import { watch } from './watch.js';

/** Memory under a name, as this process sees it. */
export interface Segment {
  readonly name: string;
  readonly buffer: ArrayBuffer;
}

const { O_CREAT, O_EXCL, O_RDWR } = fs.constants;

/** A segment of a name of its own, which says whose it is. */
export function createUnnamed(size: number): Segment {
  watch();
  for (;;) {
    const name = freshName(owner());
    try {
      return created(name, make(name, size));
    } catch (error) {
      if (!(error instanceof FileExistsError)) throw error; // taken: another one is tried
    }
  }
}

/**
 * A segment of a given name. It gets its name last, when it is whole and registered: whoever opens it by name never finds
 * it half made, and whoever dies over this leaves only what is known to be the program's.
 */
export function createNamed(name: string, size: number): Segment {
  watch();
  const first = freshName(owner());
  const fd = make(first, size);
  try {
    register(name, fs.fstatSync(fd).ino);
    try {
      fs.linkSync(pathOf(first), pathOf(name));
    } catch (error) {
      unregister(name);
      throw error;
    }
    return created(name, fd);
  } catch (error) {
    throw explained(error, name);
  } finally {
    removeName(first);
  }
}

/** A segment that nobody watches: it stays until somebody unlinks it, or the machine is restarted. */
export function createUnwatched(name: string, size: number): Segment {
  const fd = make(name, size);
  return mapped(name, fd);
}

/** Opens a segment; `watched` has it removed when this program ends. */
export function openNamed(name: string, watched: boolean): Segment {
  let fd: number;
  try {
    fd = fs.openSync(pathOf(name), O_RDWR);
  } catch (error) {
    throw explained(error, name);
  }
  const segment = mapped(name, fd, true);
  if (watched) track(name);
  return segment;
}

function track(name: string): void {
  watch();
  const { ino } = fs.statSync(pathOf(name));
  unregister(name);
  register(name, ino);
}

/** @throws {FileNotFoundError} ERR_FILE_NOT_FOUND */
export function unlinkSegment(name: string): void {
  const wasThere = removeName(name);
  unregister(name);
  if (!wasThere) throw notFound(name);
}

/** A file of that name with real pages: a full machine is an error here, and not a SIGBUS later. */
function make(name: string, size: number): number {
  let fd: number;
  try {
    fd = fs.openSync(pathOf(name), O_RDWR | O_CREAT | O_EXCL, 0o600);
  } catch (error) {
    throw explained(error, name);
  }
  try {
    fs.ftruncateSync(fd, size);
    reserveMemory(fd, 0, size);
    return fd;
  } catch (error) {
    fs.closeSync(fd);
    removeName(name);
    throw explained(error, name);
  }
}

/** Nobody may be left who removes it, if the program has ended under this process: it is about to be killed. */
function created(name: string, fd: number): Segment {
  if (isAlive(owner())) return mapped(name, fd);
  fs.closeSync(fd);
  removeName(name);
  throw new OSError('ERR_PROGRAM_ENDED', 'the main process of this program has ended');
}

function mapped(name: string, fd: number, foreign = false): Segment {
  try {
    const { size } = fs.fstatSync(fd);
    if (foreign && size === 0) throw new ValueError('ERR_SHARED_MEMORY_SIZE', `shared memory '${name}' has no bytes`);
    const { buffer, address } = mapMemory(fd, 0, size);
    unreachable.register(buffer, { address, length: size });
    return { name, buffer };
  } finally {
    fs.closeSync(fd);
  }
}

const unreachable = new FinalizationRegistry(unmapMemory);

function explained(error: unknown, name: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return notFound(name, error);
  if (code === 'EEXIST')
    return new FileExistsError('ERR_FILE_EXISTS', `shared memory '${name}' exists`, { cause: error });
  if (error instanceof Error && 'syscall' in error)
    return new OSError('ERR_SYSTEM_CALL', `shared memory '${name}': ${error.message}`, { cause: error });
  return error;
}

function notFound(name: string, cause?: unknown): FileNotFoundError {
  return new FileNotFoundError('ERR_FILE_NOT_FOUND', `there is no shared memory '${name}'`, { cause });
}
