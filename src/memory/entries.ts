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
  let first = 0;
  let owner = 0;
  for (let slot = 1; slot < slots; slot++) {
    const base = slotBase(slot);
    if (words[base + STATE]! <= FREE) continue;
    const found = earlier(first, firstOf(slot, Atomics.load(words, base + ENTRIES_USED), line));
    if (found !== first) owner = slot;
    first = found;
  }
  if (first === 0) return undefined;
  const cell = cellAt(first);
  const state = Atomics.load(cell.words, cell.index);
  // It may have changed by now; then the first is looked for once more.
  return isWaiting(state) && cell.words[cell.index + LINE] === line ? { id: idOf(owner), cell, state } : firstIn(line);
}

/** Of one process: the address of its entry, or 0. */
function firstOf(slot: number, used: number, line: number): number {
  if (used <= NEAR_COUNT) return firstAmong(nearAddress(slot, 0), used, line);
  const near = firstAmong(nearAddress(slot, 0), NEAR_COUNT, line);
  return earlier(near, firstAmong(farAddress(slot, NEAR_COUNT), used - NEAR_COUNT, line));
}

function firstAmong(address: number, count: number, line: number): number {
  const { words, index: start } = cellAt(address);
  const end = start + count * ENTRY_WORDS;
  let first = -1;
  let lowest = 0;
  for (let index = start; index < end; index += ENTRY_WORDS) {
    if (words[index + LINE] !== line || !isWaiting(Atomics.load(words, index))) continue;
    const ticket = words[index + DRAWN]!;
    if (first >= 0 && !isLower(ticket, lowest)) continue;
    first = index;
    lowest = ticket;
  }
  return first < 0 ? 0 : address + first - start;
}

/** Of two addresses of entries, or 0 for none, the one with the lower ticket. */
function earlier(one: number, other: number): number {
  if (one === 0 || other === 0) return one + other;
  return isLower(ticketAt(other), ticketAt(one)) ? other : one;
}

function ticketAt(address: number): number {
  const { words, index } = cellAt(address);
  return words[index + DRAWN]!;
}

/** Tickets wrap around: the difference tells the order. */
function isLower(ticket: number, other: number): boolean {
  return ((ticket - other) | 0) < 0;
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

/** All entries of a process that may be in use. */
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
