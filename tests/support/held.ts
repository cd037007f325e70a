/** What processes stand in lines of shared memory, as the program's memory says: for tests of the waiting core. */

import { handle } from '#dist/memory/handle.js';
import { LINE, waiting } from '#dist/memory/entries.js';
import type { Event } from 'manyfold';

/** How many processes and threads wait for an event. */
export function waitingFor(event: Event): number {
  return standingIn(event[handle]()[1] + 1).length;
}

/** The slots of the processes that stand in the line at this address and have not been called. */
export function standingIn(line: number): number[] {
  return [...waiting()].filter(({ cell }) => cell.words[cell.index + LINE] === line).map(({ id }) => id);
}
