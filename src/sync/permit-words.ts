import { cellAt } from '../memory/program.js';
import { Roster } from './roster.js';

/**
 * What a semaphore has in shared memory:
 *
 *   words 0, 1   mutex of all changes
 *   word  2      line of those who wait for a permit
 *   word  3      FREE: permits that can be taken
 *   word  4      START: how many there were at first; for a bounded one there are never more
 *   word  5      ALL: permits there are, free and held
 *   words 6, 7   SETTLING, LEFT: the row of a dead holder that is being settled, or 0, and what ALL is afterwards
 *   word  8..    who holds how many (roster.ts)
 *
 * Each change is made by one store, to a row or to ALL; FREE is what follows from them: ALL minus what is held. So whoever
 * comes after one who died with the mutex has FREE to add up again, and no more.
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
export const HOLDERS = 8;

/** Of a row: how many the process there holds. */
export const HELD = 1;

export const ROWS = 9; // with the words before them they fill a block of 128 bytes

export function holdersAt(address: number): Roster {
  return new Roster(address + HOLDERS, ROWS);
}

/** The processes on which the semaphore with this line depends: none as long as there is a permit. */
export function holdersOfPermits(line: number): number[] {
  const holders: number[] = [];
  const { words, index } = cellAt(line - LINE);
  if (Atomics.load(words, index + FREE) > 0) return holders;
  holdersAt(line - LINE).each((rows, row) => {
    if (rows[row + HELD]! > 0) holders.push(rows[row]!);
  });
  return holders;
}
