import { RETURNS_COUNT, RETURNS_FIRST, RETURNS_LINE } from '../memory/returns.js';

/**
 * Messages in shared memory, first in, first out, from any number of processes to any number of processes. What is put
 * is stored: there is no thread that has to live on, and no size at which things change.
 *
 *   words 0, 1   the mutex of those who put             words 2, 3   the mutex of those who take
 *   word  4      PUT: how many were ever put (wraps)    word  5      TAKEN: how many were ever taken
 *   word  6      line of those who wait for a message
 *   words 7, 8   RETURNED: messages that come before all others, because the process that had taken them died before it
 *                could read them: the first parcel, and how many there are; see memory/returns.ts
 *   word  9      line of those who wait for room
 *   word  10     LIMIT on the messages held, or 0       word  11     TURN: which of the PLACES is SPARE, 0 or 1
 *   words 12..15 TAILS: where the next message goes, as chunk and offset, twice; PUT & 1 says which pair is true
 *   words 16..19 HEADS: where the first message lies, likewise with TAKEN
 *   words 20, 21 PLACES of two chunks: SPARE, the one that the tail moves to next, or 0; LEFT, the one that the head leaves,
 *                or 0
 *
 * A chunk is a block of messages one behind the other, each with four words before it: its length, an address (of the
 * parcel, when LONG stands for the length, or of the next chunk, when it is LINK), and two words for the sender's use.
 *
 * A change is made by one store: the one to PUT or TAKEN, which makes the pair written before it the true one. One who
 * dies before that store has changed nothing, so the next holder of a dead one's mutex just goes on, when it has seen to
 * what the dead one had in hand (hand.ts, chunks.ts). docs/model/store.pml is a model of all this.
 */
export const PUT = 4;
export const TAKEN = 5;
export const MESSAGES_LINE = RETURNS_LINE;
export const RETURNED = RETURNS_FIRST;
export const RETURNED_COUNT = RETURNS_COUNT;
export const ROOM_LINE = 9;
export const LIMIT = 10;
const TURN = 11;
export const TAILS = 12;
export const HEADS = 16;
const PLACES = 20;
export const STORE_BYTES = 22 * 4;

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
