import { RuntimeError } from '../errors.js';
import { inForkedChild } from '../system/generation.js';
import { reserveMemory } from '../system/memory.js';
import { ENTRY_COUNT, ENTRY_WORDS, FAR_ENTRIES, NEAR_COUNT, PAGE, REGISTRATIONS, SLOTS_USED, WORD } from './layout.js';
import { cellAt, header, memoryFd, type Cell } from './program.js';
import { ENTRIES_USED, FREE, idOf, indexOf, self, slotBase, slotsInUse, STATE } from './slots.js';

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
 * The first entries, which are all that most processes need, lie in the first window, where the index of a word is its
 * address; the others far behind. ENTRIES_USED of the slot says where a search may end.
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

export function entryAt(slot: number, number: number): Cell {
  return cellAt(number < NEAR_COUNT ? nearAddress(slot, number) : farAddress(slot, number));
}

function nearAddress(slot: number, number: number): number {
  return REGISTRATIONS + (slot * NEAR_COUNT + number) * ENTRY_WORDS;
}

function farAddress(slot: number, number: number): number {
  return FAR_ENTRIES + (slot * ENTRY_COUNT + number) * ENTRY_WORDS;
}

/** No entry of this process with a lower number is idle. */
let lowestIdle = 0;

inForkedChild(() => {
  lowestIdle = 0;
});

/** The number of an entry of this process that is idle; the lowest, so that whoever searches the table is done soon. */
export function idleEntry(): number {
  const me = indexOf(self());
  const used = header()[slotBase(me) + ENTRIES_USED]!;
  while (lowestIdle < used && !isIdle(me, lowestIdle)) lowestIdle++;
  if (lowestIdle === used) useOneMore(me, used);
  return lowestIdle;
}

function isIdle(slot: number, number: number): boolean {
  const { words, index } = entryAt(slot, number);
  return (words[index]! & PHASE) === IDLE; // plain: only the process itself makes its entries idle, or otherwise
}

const ENTRIES_IN_PAGE = PAGE / (ENTRY_WORDS * WORD);

function useOneMore(slot: number, number: number): void {
  if (number === ENTRY_COUNT)
    throw new RuntimeError('ERR_TOO_MANY_WAITS', `a process can wait for at most ${ENTRY_COUNT} primitives at a time`);
  if (number % ENTRIES_IN_PAGE === 0) reserveMemory(memoryFd(), entryAt(slot, number).address * WORD, PAGE);
  Atomics.store(header(), slotBase(slot) + ENTRIES_USED, number + 1); // before the entry is seen in a line
}

/** To be told when an entry of this process has become idle. */
export function becameIdle(number: number): void {
  if (number < lowestIdle) lowestIdle = number;
  if (number >= NEAR_COUNT) lowerUsed();
}

/** Near entries are always searched: to write the mark again and again would cost more. */
function lowerUsed(): void {
  const me = indexOf(self());
  const mark = slotBase(me) + ENTRIES_USED;
  let used = header()[mark]!;
  while (used > NEAR_COUNT && isIdle(me, used - 1)) used--;
  Atomics.store(header(), mark, used);
}

/** An entry, as it was when it was looked at. */
export interface Found {
  /** The slot of the process. */
  readonly id: number;
  readonly cell: Cell;
  readonly state: number;
}

/** The one in a line with the lowest ticket. Plain loops: everyone who releases what somebody waits for comes through here. */
export function firstIn(line: number): Found | undefined {
  const words = header();
  const slots = Atomics.load(words, SLOTS_USED);
  let best = 0;
  let owner = 0;
  let lowest = 0;
  for (let slot = 1; slot < slots; slot++) {
    const base = slotBase(slot);
    if (words[base + STATE]! <= FREE) continue;
    const used = Atomics.load(words, base + ENTRIES_USED);
    const end = nearAddress(slot, Math.min(used, NEAR_COUNT));
    for (let address = nearAddress(slot, 0); address < end; address += ENTRY_WORDS) {
      if (words[address + LINE] !== line || !isWaiting(Atomics.load(words, address))) continue;
      const ticket = words[address + DRAWN]!;
      // Tickets wrap around: the difference tells the order.
      if (best !== 0 && ((ticket - lowest) | 0) >= 0) continue;
      best = address;
      owner = slot;
      lowest = ticket;
    }
    const far = used > NEAR_COUNT ? firstFar(slot, used, line) : undefined;
    if (!far || (best !== 0 && ((far.ticket - lowest) | 0) >= 0)) continue;
    best = far.address;
    owner = slot;
    lowest = far.ticket;
  }
  if (best === 0) return undefined;
  const cell = cellAt(best);
  const state = Atomics.load(cell.words, cell.index);
  // It may have changed by now; then the first is looked for once more.
  return isWaiting(state) && cell.words[cell.index + LINE] === line ? { id: idOf(owner), cell, state } : firstIn(line);
}

function firstFar(slot: number, used: number, line: number): { address: number; ticket: number } | undefined {
  const { words, index: start, address } = entryAt(slot, NEAR_COUNT);
  const end = start + (used - NEAR_COUNT) * ENTRY_WORDS;
  let best = -1;
  let lowest = 0;
  for (let index = start; index < end; index += ENTRY_WORDS) {
    if (words[index + LINE] !== line || !isWaiting(Atomics.load(words, index))) continue;
    const ticket = words[index + DRAWN]!;
    if (best >= 0 && ((ticket - lowest) | 0) >= 0) continue;
    best = index;
    lowest = ticket;
  }
  return best < 0 ? undefined : { address: address + best - start, ticket: lowest };
}

function isWaiting(state: number): boolean {
  const phase = state & PHASE;
  return phase === BLOCKING || phase === AWAITING;
}

export function* waiting(): Generator<Found> {
  for (const id of slotsInUse()) yield* waitingOf(id);
}

export function* waitingOf(id: number): Generator<Found> {
  for (const found of standing(id)) if (isWaiting(found.state)) yield found;
}

/** Those too who have been called and have not said yet whether that was in vain. */
function* standing(id: number): Generator<Found> {
  for (const cell of entriesOf(id)) {
    const state = Atomics.load(cell.words, cell.index);
    if ((state & PHASE) !== IDLE) yield { id, cell, state };
  }
}

/** All entries that a process has ever used. */
export function* entriesOf(id: number): Generator<Cell> {
  const used = Atomics.load(header(), slotBase(indexOf(id)) + ENTRIES_USED);
  for (let number = 0; number < used; number++) yield entryAt(indexOf(id), number);
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
  const waits: Wait[] = [];
  for (const id of slotsInUse()) {
    for (const { cell } of standing(id)) {
      const { words, index } = cell;
      const kind = words[index + ABOUT]! >> 1;
      if (kind !== 0) waits.push({ id, line: words[index + LINE]!, ticket: words[index + DRAWN]!, kind });
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
