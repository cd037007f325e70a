import { blockBytes, SHARED, take, underHeapLock } from '../memory/heap.js';
import { releaseWord } from '../memory/release.js';
import { CHUNK, HEADS, LEFT, SPARE, TAKEN } from './store-layout.js';

/**
 * How chunks come into a store and go out of it. A chunk always stands in a word of the store, so that none is lost with
 * a process that dies over it: in SPARE until the tail has moved there for good, and in LEFT before the head leaves it.
 */

/** For the holder of the putting mutex: the chunk after `tail`; it stays in SPARE until `useSpare`. */
export function spareAfter(tail: number, words: Int32Array, base: number): number {
  const spare = Atomics.load(words, base + SPARE);
  if (isFresh(spare, tail)) return spare;
  return underHeapLock(() => {
    // A taker may have left one meanwhile.
    if (!isFresh(words[base + SPARE]!, tail)) words[base + SPARE] = take(CHUNK, SHARED);
    return words[base + SPARE]!;
  });
}

/** A chunk that a process used and died before it could say so is the tail itself. */
function isFresh(spare: number, tail: number): boolean {
  return spare !== 0 && spare !== tail;
}

export function useSpare(words: Int32Array, base: number): void {
  Atomics.store(words, base + SPARE, 0);
}

/** For the holder of the taking mutex, when the head has left a chunk. */
export function dropLeft(words: Int32Array, base: number): void {
  underHeapLock(() => {
    const chunk = words[base + LEFT]!;
    const isOfUse = words[base + SPARE] === 0 && blockBytes(chunk).length === CHUNK;
    if (!isOfUse) return releaseWord(words, base + LEFT);
    words[base + LEFT] = 0; // first: it must never stand in both
    Atomics.store(words, base + SPARE, chunk);
  });
}

/** For the one who has taken the taking mutex over from a dead process. */
export function recoverLeft(words: Int32Array, base: number): void {
  if (words[base + LEFT] === 0) return;
  if (hasLeft(words, base)) dropLeft(words, base);
  else words[base + LEFT] = 0;
}

/** Whether the head has moved on: a process may have died after it had said that it would. */
export function hasLeft(words: Int32Array, base: number): boolean {
  return words[base + LEFT] !== 0 && words[base + LEFT] !== words[base + HEADS + (words[base + TAKEN]! & 1) * 2];
}
