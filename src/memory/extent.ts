import { OutOfMemoryError } from '../errors.js';
import { mapMemory, releaseMemory, reserveMemory, unmapMemory } from '../system/memory.js';
import {
  EXTENT,
  EXTENT_BACKED,
  EXTENT_PAGE,
  EXTENT_SIZE,
  FREE_EXTENT,
  KIND,
  OWNER,
  PARCEL_WORDS,
  popFrom,
  pushTo,
  SHARED,
  takeBlock,
} from './blocks.js';
import { EXTENT_END, EXTENT_WARM, FILE_BYTES, FREE_EXTENTS, PAGE, WORD } from './layout.js';
import { own } from './owners.js';
import { cellAt, header, memoryFd } from './program.js';

/**
 * Large memory: whole pages of the file, a power of two of them, described by a small block of the heap. Who uses an
 * extent maps it for itself. The sizes cost address space only: just the pages that were asked for are backed.
 */
const EXTENT_DATA_BYTES = PARCEL_WORDS * WORD;

/** Free extents keep their pages, so that the next user need not have them zeroed, up to this many in a program. */
const WARM_PAGES = (64 * 2 ** 20) / PAGE;

/** Under the heap's lock. Gives the address of the description. */
export function takeExtent(bytes: number, owner: number): number {
  const size = 32 - Math.clz32(Math.ceil(bytes / PAGE) - 1);
  const address = popFrom(FREE_EXTENTS + size) ?? newExtent(size);
  const { words, index } = cellAt(address);
  header()[EXTENT_WARM]! -= words[index + EXTENT_BACKED]!;
  own(address, owner);
  words[index + KIND] = EXTENT; // last: until then it is free, whoever it belongs to
  return address;
}

function newExtent(size: number): number {
  const shared = header();
  const page = shared[EXTENT_END]!;
  if ((page + 2 ** size) * PAGE > FILE_BYTES) {
    throw new OutOfMemoryError('ERR_OUT_OF_MEMORY', `the shared memory of this program is full (${FILE_BYTES} bytes)`);
  }
  shared[EXTENT_END] = page + 2 ** size;
  const address = takeBlock(EXTENT_DATA_BYTES);
  const { words, index } = cellAt(address);
  words[index + EXTENT_PAGE] = page;
  words[index + EXTENT_SIZE] = size;
  return address;
}

/** Under the heap's lock. */
export function putExtent(address: number): void {
  const { words, index } = cellAt(address);
  const size = words[index + EXTENT_SIZE]!;
  if (header()[EXTENT_WARM]! + words[index + EXTENT_BACKED]! > WARM_PAGES) giveBack(address);
  header()[EXTENT_WARM]! += words[index + EXTENT_BACKED]!;
  words[index + KIND] = FREE_EXTENT; // from now on it is free
  words[index + OWNER] = SHARED;
  pushTo(FREE_EXTENTS + size, address);
}

/** Leaves nothing of what former users have written. */
export function clearExtent(address: number): void {
  const { words, index } = cellAt(address);
  if (words[index + EXTENT_BACKED]! > 0) giveBack(address);
}

function giveBack(address: number): void {
  const { words, index } = cellAt(address);
  words[index + EXTENT_BACKED] = 0; // first: what is gone must not count as there
  releaseMemory(memoryFd(), words[index + EXTENT_PAGE]! * PAGE, 2 ** words[index + EXTENT_SIZE]! * PAGE);
}

// What is larger may be a table of which only some pages are looked at.
const MAPPED_AT_ONCE = 64 * 2 ** 20;

/** Backs the first `bytes` of an extent with real pages. */
export function reserveExtent(address: number, bytes: number): void {
  const { words, index } = cellAt(address);
  const pages = Math.ceil(bytes / PAGE);
  if (words[index + EXTENT_BACKED]! >= pages) return;
  reserveMemory(memoryFd(), words[index + EXTENT_PAGE]! * PAGE, bytes);
  words[index + EXTENT_BACKED] = pages;
}

/** Maps the first `bytes` of an extent, backed with real pages. */
export function mapExtent(address: number, bytes: number): { address: number; length: number; buffer: ArrayBuffer } {
  const { words, index } = cellAt(address);
  reserveExtent(address, bytes);
  const offset = words[index + EXTENT_PAGE]! * PAGE;
  return { length: bytes, ...mapMemory(memoryFd(), offset, bytes, bytes <= MAPPED_AT_ONCE) };
}

export const unmapExtent = unmapMemory;
