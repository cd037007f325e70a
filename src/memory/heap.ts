import { OutOfMemoryError } from '../errors.js';
import { futexWait, futexWake } from '../system/futex.js';
import {
  eachBlock,
  FREE_EXTENT,
  HEADER_WORDS,
  KIND,
  OWNER,
  PARCEL,
  PARCEL_WORDS,
  PLAIN,
  SHARED,
  SIZE,
  takeBlock,
} from './blocks.js';
import { collect, collectIfDue } from './collect.js';
import { HEAP_LOCK, WORD } from './layout.js';
import { bytesAt, cellAt, header, systemAddress } from './program.js';
import { own, ownerOf, uncount } from './owners.js';
import { release } from './release.js';
import { repairHeap } from './repair.js';
import { isGone, self } from './slots.js';

export { LARGEST_BLOCK, SHARED } from './blocks.js';

/** Gives a block of zeros. It dies with `owner`, unless that is SHARED. */
export function allocate(bytes: number, owner: number = SHARED): number {
  return underHeapLock(() => take(bytes, owner));
}

/** Under the heap's lock: what `allocate` does. `kind` is that of the block; of a PARCEL only the words before its bytes are zeros. */
export function take(bytes: number, owner: number, kind: number = PLAIN): number {
  // A parcel's bytes are all written before anybody reads them.
  const address = takeOrCollect(bytes, kind === PARCEL ? PARCEL_WORDS : Infinity);
  const { words, index } = cellAt(address);
  words[index + KIND] = kind;
  own(address, owner);
  return address;
}

function takeOrCollect(bytes: number, zeros: number): number {
  try {
    return takeBlock(bytes, zeros);
  } catch (error) {
    // Perhaps somebody's garbage is what is missing.
    if (!(error instanceof OutOfMemoryError) || collect() === 0) throw error;
    return takeBlock(bytes, zeros);
  }
}

export function free(address: number): void {
  underHeapLock(() => {
    release(address);
    collectIfDue();
  });
}

/** Hands a block over: it dies with `owner` from now on, or with the program (SHARED). */
export function handOver(address: number, owner: number): void {
  underHeapLock(() => {
    const before = ownerOf(address);
    own(address, owner);
    uncount(before);
  });
}

/** The data of a block as bytes. */
export function blockBytes(address: number): Uint8Array {
  const { words, index } = cellAt(address);
  return bytesAt(address, (2 ** words[index + SIZE]! - HEADER_WORDS) * WORD);
}

/** How many blocks are in use: for tests of leaks. */
export function blocksInUse(): number {
  let count = 0;
  eachBlock((_address, words, index) => {
    if (words[index + OWNER] !== 0 && words[index + KIND] !== FREE_EXTENT) count++;
  });
  return count;
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
      repairHeap();
      return;
    }
  }
}
