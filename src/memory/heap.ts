import { futexWait, futexWake } from '../system/futex.js';
import {
  blocks,
  FREE_EXTENT,
  HEADER_WORDS,
  KIND,
  OWNER,
  putBlock,
  rebuildLists,
  SHARED,
  SIZE,
  takeBlock,
  EXTENT,
} from './blocks.js';
import { putExtent } from './extent.js';
import { HEAP_LOCK, WORD } from './layout.js';
import { bytesAt, cellAt, header, systemAddress } from './program.js';
import { BLOCKS_OWNED, indexOf, isGone, self, slotBase } from './slots.js';

export { LARGEST_BLOCK, SHARED } from './blocks.js';

/** Gives a block of zeros. It dies with `owner`, unless that is SHARED. */
export function allocate(bytes: number, owner: number = SHARED): number {
  return underHeapLock(() => {
    const address = takeBlock(bytes);
    own(address, owner);
    return address;
  });
}

export function free(address: number): void {
  underHeapLock(() => release(address));
}

/** Hands a block over: it dies with `owner` from now on, or with the program (SHARED). */
export function handOver(address: number, owner: number): void {
  underHeapLock(() => {
    const before = ownerOf(address);
    own(address, owner);
    uncount(before);
  });
}

/** Under the heap's lock: frees what a dead process has owned. */
export function releaseBlocksOf(id: number): void {
  if (header()[slotBase(indexOf(id)) + BLOCKS_OWNED] === 0) return;
  for (const address of blocks()) if (ownerOf(address) === id) release(address);
}

/** The data of a block as bytes. */
export function blockBytes(address: number): Uint8Array {
  const { words, index } = cellAt(address);
  return bytesAt(address, (2 ** words[index + SIZE]! - HEADER_WORDS) * WORD);
}

/** How many blocks are in use: for tests of leaks. */
export function blocksInUse(): number {
  let count = 0;
  for (const address of blocks()) {
    const { words, index } = cellAt(address);
    if (words[index + OWNER] !== 0 && words[index + KIND] !== FREE_EXTENT) count++;
  }
  return count;
}

export function own(address: number, owner: number): void {
  const { words, index } = cellAt(address);
  // The count comes first, and goes last: a death in between may leave it too high, which only costs a search.
  if (owner !== SHARED) header()[slotBase(indexOf(owner)) + BLOCKS_OWNED]!++;
  words[index + OWNER] = owner;
}

function ownerOf(address: number): number {
  const { words, index } = cellAt(address);
  return words[index + OWNER]!;
}

function uncount(owner: number): void {
  if (owner !== SHARED) header()[slotBase(indexOf(owner)) + BLOCKS_OWNED]!--;
}

/** Under the heap's lock: frees a block. */
export function release(address: number): void {
  const { words, index } = cellAt(address);
  const owner = ownerOf(address);
  if (words[index + KIND] === EXTENT) putExtent(address);
  else putBlock(address);
  uncount(owner);
}

const PATIENCE = 2; // milliseconds of sleep before the holder's life is looked into

/** Runs a change of the heap. Its lock is HEAP_LOCK: the id of the holder's slot, or 0. */
export function underHeapLock<T>(change: () => T): T {
  if (Atomics.compareExchange(header(), HEAP_LOCK, 0, self()) !== 0) lockSlowly();
  try {
    return change();
  } finally {
    Atomics.store(header(), HEAP_LOCK, 0);
    if (Atomics.exchange(header(), HEAP_LOCK + 1, 0) === 1) futexWake(systemAddress(cellAt(HEAP_LOCK)), SLEEPERS);
  }
}

const SLEEPERS = 2 ** 30;

function lockSlowly(): void {
  const words = header();
  const me = self();
  for (;;) {
    // Says that somebody sleeps, before the last look at the lock.
    Atomics.store(words, HEAP_LOCK + 1, 1);
    const holder = Atomics.compareExchange(words, HEAP_LOCK, 0, me);
    if (holder === 0) return;
    futexWait(systemAddress(cellAt(HEAP_LOCK)), holder, PATIENCE);
    if (isGone(holder) && Atomics.compareExchange(words, HEAP_LOCK, holder, me) === holder) {
      rebuildLists();
      return;
    }
  }
}
