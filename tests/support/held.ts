/** What processes stand in lines of shared memory, as the program's memory says: for tests of the waiting core. */

import { handle } from '#dist/memory/handle.js';
import { ENTRY_COUNT, ENTRY_WORDS, REGISTRATIONS } from '#dist/memory/layout.js';
import { cellAt, header } from '#dist/memory/program.js';
import { ENTRIES_USED, indexOf, slotBase, slotsInUse } from '#dist/memory/slots.js';
import type { Event } from 'manyfold';

const PHASE = 3;
const BLOCKING = 1;
const AWAITING = 2;

/** How many processes and threads wait for an event. */
export function waitingFor(event: Event): number {
  return standingIn(event[handle]()[1] + 1).length;
}

/** The slots of the processes that stand in the line at this address and have not been called. */
export function standingIn(line: number): number[] {
  const standing: number[] = [];
  for (const id of slotsInUse()) {
    const used = header()[slotBase(indexOf(id)) + ENTRIES_USED]!;
    for (let number = 0; number < used; number++) {
      const { words, index } = cellAt(REGISTRATIONS + (indexOf(id) * ENTRY_COUNT + number) * ENTRY_WORDS);
      const phase = Atomics.load(words, index) & PHASE;
      if ((phase === BLOCKING || phase === AWAITING) && words[index + 1] === line) standing.push(id);
    }
  }
  return standing;
}
