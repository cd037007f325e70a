import { ENTRY_COUNT, ENTRY_WORDS, REGISTRATIONS } from './layout.js';
import { header } from './program.js';
import { ENTRIES_USED, indexOf, self, slotBase, slotsInUse } from './slots.js';

/**
 * Who waits for what. A *line* is one word of a primitive; its address is the line's name and its value says whether
 * anybody may stand in it (0: surely nobody; HUNGRY: one stands there who has waited for long, and others have always been
 * quicker). A process stands in a line by an entry in the table of its own slot:
 *
 *   word 0   serial << 2 | IDLE, BLOCKING, AWAITING or CALLED       (a futex word; the serial is new for each wait)
 *   word 1   address of the line
 *   word 2   ticket: the lowest number is called first
 *   word 3   kind << 1 | 1 when the death of any process may end the wait. The kind says what it waits for, where that
 *            is something that others hold; it means nothing here
 *
 * The whole table lies in the first window, where the index of a word is its address.
 */
export const IDLE = 0;
export const BLOCKING = 1;
export const AWAITING = 2;
export const CALLED = 3;
export const PHASE = 3;

export const LINE = 1;
export const DRAWN = 2;
export const ABOUT = 3;
export const CARES = 1;

export function entryAddress(slot: number, number: number): number {
  return REGISTRATIONS + (slot * ENTRY_COUNT + number) * ENTRY_WORDS;
}

export function isWaiting(state: number): boolean {
  const phase = state & PHASE;
  return phase === BLOCKING || phase === AWAITING;
}

export interface Candidate {
  readonly id: number;
  readonly address: number;
  readonly state: number;
}

export function* waiting(): Generator<Candidate> {
  for (const id of slotsInUse()) yield* waitingOf(id);
}

export function* waitingOf(id: number): Generator<Candidate> {
  for (const found of standing(id)) if (isWaiting(found.state)) yield found;
}

/** Those too who have been called and have not said yet whether that was in vain. */
function* standing(id: number): Generator<Candidate> {
  const used = Atomics.load(header(), slotBase(indexOf(id)) + ENTRIES_USED);
  for (let number = 0; number < used; number++) {
    const address = entryAddress(indexOf(id), number);
    const state = Atomics.load(header(), address);
    if ((state & PHASE) !== IDLE) yield { id, address, state };
  }
}

/** Somebody who stands in a line. */
export interface Wait {
  /** The slot of the process. */
  readonly id: number;
  readonly line: number;
  readonly ticket: number;
  readonly kind: number;
}

/** All who wait for something of a kind, as it was at the moment of looking. */
export function waitsOfKinds(): Wait[] {
  const words = header();
  const waits: Wait[] = [];
  for (const id of slotsInUse()) {
    for (const { address } of standing(id)) {
      const kind = words[address + ABOUT]! >> 1;
      if (kind !== 0) waits.push({ id, line: words[address + LINE]!, ticket: words[address + DRAWN]!, kind });
    }
  }
  return waits;
}

/** How many entries of this process are in use: for tests of leaks. */
export function entriesInUse(): number {
  let count = 0;
  for (const { id } of waiting()) if (id === self()) count++;
  return count;
}
