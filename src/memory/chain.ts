import { take, underHeapLock } from './heap.js';
import { WORD } from './layout.js';
import { link } from './links.js';
import { cellAt } from './program.js';
import { releaseAt } from './release.js';
import { self } from './slots.js';

/**
 * Blocks of the same form behind each other, for lists that grow: a word of each, at `place` in all of them, holds the
 * address of the next one, or 0. None of them moves, or goes before the object does that the first one belongs to.
 */

/** The address of the block behind this one, or 0. */
export function nextBlock(block: number, place: number): number {
  const { words, index } = cellAt(block + place);
  return Atomics.load(words, index);
}

/** Puts a further block of so many words behind the last one; of several who do so at a time, one does. */
export function lengthen(first: number, place: number, words: number): void {
  let last = first;
  for (let next = nextBlock(last, place); next !== 0; next = nextBlock(last, place)) last = next;
  underHeapLock(() => {
    if (nextBlock(last, place) === 0) link(take(words * WORD, self()), last + place);
  });
}

/** Under the heap's lock: frees the blocks behind the first one. */
export function releaseFurther(first: number, place: number): void {
  for (let block = nextBlock(first, place); block !== 0; block = nextBlock(first, place)) {
    releaseAt(first + place, nextBlock(block, place));
  }
}
