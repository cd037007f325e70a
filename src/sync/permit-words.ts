import { cellAt } from '../memory/program.js';
import { Roster, rosterWords, type Row } from './roster.js';

/**
 * What a semaphore has in shared memory:
 *
 *   words 0, 1   mutex of all changes to more than the own row
 *   word  2      line of those who wait for a permit
 *   word  3      FREE: permits that can be taken; below 0 while it is closed to all but the holder of the mutex
 *   word  4      START: how many there were at first; for a bounded one there are never more
 *   word  5      ALL: permits there are, free and held
 *   words 6, 7   SETTLING, LEFT: the row of a dead holder that is being settled, or 0, and what ALL is afterwards
 *   word  11..   who holds how many (roster.ts), in rows of 16 words, of which three are used
 *
 * A row is WHO; HELD, how many its process has taken << 1 | CHANGING; and OFF, how many others have released for it. A
 * process takes or gives by changing FREE, and marks its own row before as CHANGING. Whatever concerns more than that closes
 * FREE, waits for those who are in the middle of a change, and makes its own by one access to OFF or to ALL; FREE follows
 * from these when it is opened again: ALL minus what is held. So whoever comes after one who died over it has only to do the
 * same. HELD is its process's alone as long as that lives, also while FREE is closed: it needs no atomic access but the one
 * to FREE. Both HELD and OFF only count on, and may wrap around: what is held is their difference, 0 in a free row.
 *
 * A permit belongs to the process that acquired it. One released by a process that holds none is taken off the one that
 * holds most; when nobody holds any, there is one more permit. What a dead process held is free again, up to START: a
 * semaphore that is made with 0 counts signals, which nobody holds, and none of them comes twice.
 */
export const LINE = 2;
export const FREE = 3;
export const START = 4;
export const ALL = 5;
export const SETTLING = 6;
export const LEFT = 7;
export const HOLDERS = 11;

/** Of a row. */
export const HELD = 1;
export const OFF = 2;

export const CHANGING = 1;
export const ONE = 2;

const ROWS = 3; // with the words before them they fill a block of 256 bytes
const ROW_WORDS = 16; // a line of the processors' caches for each, so that nobody waits for what another one writes

export const PERMITS_WORDS = HOLDERS + rosterWords(ROWS, ROW_WORDS);

export function holdersAt(address: number): Roster {
  return new Roster(address + HOLDERS, ROWS, ROW_WORDS);
}

/** FREE while it is closed; and what it said, or says, open. */
export function closedCount(free: number): number {
  return -1 - free;
}

export function openCount(free: number): number {
  return free < 0 ? -1 - free : free;
}

/** How many permits the process of this row holds. */
export function heldIn({ words, index }: Pick<Row, 'words' | 'index'>): number {
  return heldAt(words, index);
}

export function heldAt(words: Int32Array, row: number): number {
  return (words[row + HELD]! - (words[row + OFF]! << 1)) >> 1;
}

/** Whether its process holds nothing, and does not just change that. */
export function isIdle(words: Int32Array, row: number): boolean {
  return words[row + HELD] === words[row + OFF]! << 1;
}

/** Of a process that has died. */
export function setHeld({ words, index }: Row, held: number): void {
  Atomics.store(words, index + HELD, (held + words[index + OFF]!) * ONE);
}

/** The processes on which the semaphore with this line depends: none as long as there is a permit. */
export function holdersOfPermits(line: number): number[] {
  const holders: number[] = [];
  const { words, index } = cellAt(line - LINE);
  if (openCount(Atomics.load(words, index + FREE)) > 0) return holders;
  holdersAt(line - LINE).each((rows, row) => {
    if (heldAt(rows, row) > 0) holders.push(rows[row]!);
  });
  return holders;
}

/** The row of the process that holds most permits; undefined when nobody holds any. */
export function greatestHolder(holders: Roster): Row | undefined {
  let greatest = 0;
  let most = 0;
  holders.each((words, index, address) => {
    if (heldAt(words, index) <= most) return;
    greatest = address;
    most = heldAt(words, index);
  });
  return greatest === 0 ? undefined : cellAt(greatest);
}
