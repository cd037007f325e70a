import { OutOfMemoryError } from '../errors.js';
import { reserveMemory } from '../system/memory.js';
import {
  EXTENT_WARM,
  FREE_BLOCKS,
  FREE_EXTENTS,
  HEAP_END,
  HEAP_END_BYTES,
  HEAP_RESERVED,
  HEAP_START,
  WINDOW_MASK,
  WORD,
} from './layout.js';
import { cellAt, header, memoryFd } from './program.js';

/**
 * Blocks of shared memory in powers of two, from 64 bytes to 1 MB, one behind the other:
 *
 *   word 0   SIZE of the whole block, as log2 of its words
 *   word 1   OWNER: 0 free, SHARED, or the id of the slot with which it dies
 *   word 2   NEXT block in the list of the free ones, as an address, or 0; of an object in use: MARK, see collect.ts
 *   word 3   KIND: PLAIN, or what the heap has to know of what lies in it (below)
 *   word 4.. the data; the address of a block is that of its data
 *
 * Everything here is called under the heap's lock. The words of the blocks alone say what is free: the lists can be
 * rebuilt from them, so no step of a change needs to be undone when the one who makes it dies.
 */
export const SIZE = -4;
export const OWNER = -3;
export const NEXT = -2;
export const MARK = NEXT;
export const KIND = -1;
export const HEADER_WORDS = 4;

export const SHARED = -1;

export const PLAIN = 0;
export const EXTENT = 1; // describes an extent, see extent.ts
export const FREE_EXTENT = 2;
export const REFERENCES = 3; // keeps the objects that it names, see references.ts
export const KEPT = 5; // likewise, for good
export const PARCEL = 4; // bytes on their way, see parcel.ts
export const OBJECT = 16; // and above: shared by whoever refers to it, see objects.ts

/** Words of the data of an extent's description. */
export const EXTENT_PAGE = 0; // number of its first page in the file
export const EXTENT_SIZE = 1; // log2 of its pages
export const EXTENT_BACKED = 2; // how many of its pages, from the first on, are real

/** Words of a parcel's data, or of the description of the extent in which the parcel lies. */
export const PARCEL_REFERENCES = 3; // address of the references to what it mentions, or 0; they go when it goes
export const PARCEL_BACK = 4; // address of the store to which it goes back should its owner die, or 0; see returns.ts
export const PARCEL_NEXT = 5; // the next one that has gone back, or 0
export const PARCEL_LENGTH = 6; // how many bytes: the low 32 bits, then the high ones
export const PARCEL_WORDS = 8;

const SMALLEST = 4; // log2 of words: 64 bytes
const LARGEST = 18; // 1 MB
const SIZES = 32;
export const LARGEST_BLOCK = (2 ** LARGEST - HEADER_WORDS) * WORD;

const RESERVE_BYTES = 2 ** 20;

/** `zeros`: how many of its first words are to be zeros. */
export function takeBlock(bytes: number, zeros = Infinity): number {
  const size = sizeFor(bytes);
  return takeFree(size, zeros) ?? takeNew(size);
}

function sizeFor(bytes: number): number {
  const words = Math.ceil(bytes / WORD) + HEADER_WORDS;
  const size = Math.max(SMALLEST, 32 - Math.clz32(words - 1));
  if (size > LARGEST) throw new RangeError(`a block holds at most ${LARGEST_BLOCK} bytes, not ${bytes}`);
  return size;
}

function takeFree(size: number, zeros: number): number | undefined {
  const address = popFrom(FREE_BLOCKS + size);
  if (address === undefined) return undefined;
  const { words, index } = cellAt(address);
  words.fill(0, index, index + Math.min(zeros, 2 ** size - HEADER_WORDS));
  return address;
}

function takeNew(size: number): number {
  const words = header();
  // A block that would cross a window's border starts behind it; what is left over before becomes free blocks.
  const left = WINDOW_MASK + 1 - (words[HEAP_END]! & WINDOW_MASK);
  if (left < 2 ** size) fillWithFree(words[HEAP_END]!, left);
  return carve(words[HEAP_END]!, size);
}

function fillWithFree(start: number, length: number): void {
  const end = start + length;
  for (let at = start; at < end; at = header()[HEAP_END]!) {
    putBlock(carve(at, Math.min(LARGEST, 31 - Math.clz32(end - at))));
  }
}

function carve(start: number, size: number): number {
  const end = start + 2 ** size;
  reserveUpTo(end);
  const { words, index, address } = cellAt(start + HEADER_WORDS);
  words[index + SIZE] = size;
  header()[HEAP_END] = end; // last: what lies behind it does not count yet
  return address;
}

function reserveUpTo(end: number): void {
  const words = header();
  if (end * WORD > HEAP_END_BYTES) {
    throw new OutOfMemoryError(
      'ERR_OUT_OF_MEMORY',
      `the shared heap of this program is full (${HEAP_END_BYTES} bytes)`,
    );
  }
  while (words[HEAP_RESERVED]! < end) {
    reserveMemory(memoryFd(), words[HEAP_RESERVED]! * WORD, RESERVE_BYTES);
    words[HEAP_RESERVED]! += RESERVE_BYTES / WORD;
  }
}

export function putBlock(address: number): void {
  const { words, index } = cellAt(address);
  words[index + OWNER] = 0;
  words[index + KIND] = PLAIN;
  pushTo(FREE_BLOCKS + words[index + SIZE]!, address);
}

export function isExtent(address: number): boolean {
  const { words, index } = cellAt(address);
  return words[index + KIND] === EXTENT;
}

export function popFrom(list: number): number | undefined {
  const words = header();
  const address = words[list]!;
  if (address === 0) return undefined;
  const block = cellAt(address);
  words[list] = block.words[block.index + NEXT]!;
  return address;
}

export function pushTo(list: number, address: number): void {
  const words = header();
  const block = cellAt(address);
  block.words[block.index + NEXT] = words[list]!;
  words[list] = address;
}

/** Shows all blocks, free or in use: the address of each, and where its data begin in this process. */
export function eachBlock(visit: (address: number, words: Int32Array, index: number) => void): void {
  const end = header()[HEAP_END]!;
  for (let start = HEAP_START; start < end;) {
    const { words } = cellAt(start);
    const window = start & ~WINDOW_MASK;
    // No block crosses the border of a window.
    for (const last = Math.min(end, window + WINDOW_MASK + 1); start < last;) {
      const index = (start & WINDOW_MASK) + HEADER_WORDS;
      const size = words[index + SIZE]!;
      visit(start + HEADER_WORDS, words, index);
      start += 1 << size;
    }
  }
}

/** The words of the blocks say what is free: OWNER, or the KIND of an extent. */
export function rebuildLists(): void {
  header().fill(0, FREE_BLOCKS, FREE_BLOCKS + SIZES);
  header().fill(0, FREE_EXTENTS, FREE_EXTENTS + SIZES);
  header()[EXTENT_WARM] = 0;
  eachBlock((address, words, index) => {
    if (words[index + OWNER] === 0) putBlock(address);
    else if (words[index + KIND] === FREE_EXTENT) {
      words[index + OWNER] = SHARED; // it may still, or already, have been somebody's
      header()[EXTENT_WARM]! += words[index + EXTENT_BACKED]!;
      pushTo(FREE_EXTENTS + words[index + EXTENT_SIZE]!, address);
    }
  });
}
