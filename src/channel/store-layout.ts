import { RETURNS_COUNT, RETURNS_FIRST, RETURNS_LINE } from '../memory/returns.js';

/**
 * Messages in shared memory, first in, first out, from any number of processes to any number of processes. What is put
 * is stored: there is no thread that has to live on, and no size at which things change.
 *
 *   what all look at, and what is seldom written:
 *     word  0      line of those who wait for a message
 *     words 1, 2   RETURNED: messages that come before all others, because the process that had taken them died before it
 *                  could read them: the first parcel, and how many there are; see memory/returns.ts
 *     word  3      line of those who wait for room            word  4   LIMIT on the messages held, or 0
 *     word  5      TURN: which of the PLACES is SPARE, 0 or 1
 *     words 6, 7   PLACES of two chunks: SPARE, the one that the tail moves to next, or 0; LEFT, the one that the head
 *                  leaves, or 0
 *   what those write who put:
 *     words 12, 13 their mutex
 *     words 16..19 TAILS: where the next message goes, as chunk and offset, twice; PUT & 1 says which pair is true
 *   what those write who take:
 *     words 28, 29 their mutex                                word  30  TAKEN: how many were ever taken (wraps)
 *     words 32..35 HEADS: where the first message lies, likewise with TAKEN
 *   what those look at again and again who wait for a message:
 *     word  44     PUT: how many were ever put (wraps)
 *
 * Each of the four begins where a cache line does, a block having four words before its data: a processor that writes one
 * has to get its line from whichever wrote in it, or looked at it, last.
 *
 * A chunk is a block of messages one behind the other, each with four words before it: its length, an address (of the
 * parcel, when LONG stands for the length, or of the next chunk, when it is LINK), and two words for the sender's use.
 *
 * A change is made by one store: the one to PUT or TAKEN, which makes the pair written before it the true one. One who
 * dies before that store has changed nothing, so the next holder of a dead one's mutex just goes on, when it has seen to
 * what the dead one had in hand (hand.ts, chunks.ts). docs/model/store.pml is a model of all this.
 */
export const MESSAGES_LINE = RETURNS_LINE;
export const RETURNED = RETURNS_FIRST;
export const RETURNED_COUNT = RETURNS_COUNT;
export const ROOM_LINE = 3;
export const LIMIT = 4;
const TURN = 5;
const PLACES = 6;
export const PUTTING = 12;
export const TAILS = 16;
export const TAKING = 28;
export const TAKEN = 30;
export const HEADS = 32;
export const PUT = 44;
export const STORE_BYTES = 45 * 4;

export function spareIn(words: Int32Array, base: number): number {
  return base + PLACES + words[base + TURN]!;
}

export function leftIn(words: Int32Array, base: number): number {
  return base + PLACES + 1 - words[base + TURN]!;
}

/** Makes the chunk that is LEFT the SPARE one. For the holder of the taking mutex and of the heap's lock. */
export function swapPlaces(words: Int32Array, base: number): void {
  Atomics.store(words, base + TURN, 1 - words[base + TURN]!);
}

export const LONG = -1;
export const LINK = -2;
export const PREFIX = 16;
export const FIRST_CHUNK = 4 * 1024 - 16; // with a block's header it fills a power of two
export const CHUNK = 64 * 1024 - 16;
export const LONGEST_INLINE = 8 * 1024 - 48; // likewise, and with a parcel's

export function align(offset: number): number {
  return (offset + 7) & ~7;
}
