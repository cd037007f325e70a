import { blockBytes, take, underHeapLock } from '../memory/heap.js';
import { link } from '../memory/links.js';
import { releaseAt } from '../memory/release.js';
import { self } from '../memory/slots.js';
import { CHUNK, HEADS, leftIn, spareIn, swapPlaces, TAKEN } from './store-layout.js';

/**
 * How chunks come into a store and go out of it. A chunk always stands in a word of the store, so that none is lost with
 * a process that dies over it: it is SPARE until the tail has moved there for good, and LEFT before the head leaves it.
 */

/** For the holder of the putting mutex: the chunk after `tail`; it stays SPARE until `useSpare`. */
export function spareAfter(tail: number, store: number, words: Int32Array, base: number): number {
  const spare = Atomics.load(words, spareIn(words, base));
  if (isFresh(spare, tail)) return spare;
  return underHeapLock(() => {
    const place = spareIn(words, base); // a taker may have swapped the places, and left a chunk there, meanwhile
    if (!isFresh(words[place]!, tail)) link(take(CHUNK, self()), store + place - base);
    return words[place]!;
  });
}

/** A chunk that a process used and died before it could say so is the tail itself. */
function isFresh(spare: number, tail: number): boolean {
  return spare !== 0 && spare !== tail;
}

/** While there is a spare one the places stay as they are. */
export function useSpare(words: Int32Array, base: number): void {
  Atomics.store(words, spareIn(words, base), 0);
}

/** For the holder of the taking mutex, when the head has left a chunk. */
export function dropLeft(store: number, words: Int32Array, base: number): void {
  underHeapLock(() => {
    const left = leftIn(words, base);
    const isOfUse = words[spareIn(words, base)] === 0 && blockBytes(words[left]!).length === CHUNK;
    if (isOfUse) swapPlaces(words, base);
    else releaseAt(store + left - base);
  });
}

/** For the one who has taken the taking mutex over from a dead process. */
export function recoverLeft(store: number, words: Int32Array, base: number): void {
  const left = leftIn(words, base);
  if (words[left] === 0) return;
  if (hasLeft(words, base)) dropLeft(store, words, base);
  else words[left] = 0;
}

/** Whether the head has moved on: a process may have died after it had said that it would. */
export function hasLeft(words: Int32Array, base: number): boolean {
  const left = words[leftIn(words, base)]!;
  return left !== 0 && left !== words[base + HEADS + (words[base + TAKEN]! & 1) * 2];
}
