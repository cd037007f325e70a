/** What processes stand in lines of shared memory, as the program's memory says: for tests of the waiting core. */

import { ENTRY_COUNT, ENTRY_WORDS, REGISTRATIONS } from '#dist/memory/layout.js';
import { cellAt, header } from '#dist/memory/program.js';
import { ENTRIES_USED, indexOf, slotBase, slotsInUse } from '#dist/memory/slots.js';

const PHASE = 3;
const BLOCKING = 1;
const AWAITING = 2;

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
