import { futexWait, futexWake } from '../system/futex.js';
import { ring } from './doorbell.js';
import {
  ABOUT,
  AWAITING,
  becameIdle,
  BLOCKING,
  CALLED,
  CARES,
  DRAWN,
  entriesOf,
  entryAt,
  firstIn,
  idleEntry,
  LINE,
  PHASE,
  waiting,
  waitingOf,
  type Found,
} from './entries.js';
import { TICKET } from './layout.js';
import { cellAt, header, systemAddress, type Cell } from './program.js';
import { idOf, indexOf, LEAVING, self, slotBase } from './slots.js';

/**
 * How one waits in a line, and is called (entries.ts draws what lies in memory).
 *
 * No wake-up is lost: one who waits writes its entry, then the line's word, then looks at the condition; one who changes
 * the condition looks at the line's word afterwards. One of the two sees the other (`Atomics`, or what is as good as these).
 * No step needs undoing when a process dies: an entry of a dead slot is struck out, a call it had received is passed on.
 */
const SOMEBODY = 1;
const HUNGRY = 2;

/** How one stands in a line. */
export interface Standing {
  readonly blocking: boolean;
  readonly cares: boolean;
  readonly kind?: number | undefined;
  readonly newestFirst?: boolean | undefined;
  /** Of an earlier stay in the same line, in which nothing could be taken. */
  readonly ticket?: number | undefined;
  /** Asks those who only come now to stand behind. */
  readonly hungry?: boolean | undefined;
}

export interface Entry {
  /** Among those of this process. */
  readonly number: number;
  /** The word of its state. */
  readonly cell: Cell;
  readonly line: Cell;
  readonly ticket: number;
  readonly phase: typeof BLOCKING | typeof AWAITING;
}

/** Steps into a line; the caller must look at the condition once more before it sleeps. */
export function enterLine(line: Cell, how: Standing): Entry {
  const number = idleEntry();
  const cell = entryAt(indexOf(self()), number);
  const ticket = how.ticket ?? drawTicket(how.newestFirst);
  cell.words[cell.index + LINE] = line.address;
  cell.words[cell.index + DRAWN] = ticket;
  cell.words[cell.index + ABOUT] = ((how.kind ?? 0) << 1) | (how.cares ? CARES : 0);
  const entry = { number, cell, line, ticket, phase: how.blocking ? BLOCKING : AWAITING } as const;
  beginWait(entry, how.hungry);
  return entry;
}

/**
 * Goes on standing in a line, at the same place, without having been out of it; the caller must look at the condition once
 * more before it sleeps. `called` is what `isCalled` has said: a call that has come since then is still to be answered.
 */
export function stayInLine(entry: Entry, called: boolean, hungry: boolean): void {
  // An entry that is called is changed by nobody else.
  if (called) beginWait(entry, hungry);
  else showInLine(entry.line, hungry); // again: somebody may have died who had just set the word to 0
}

function beginWait({ cell, line, phase }: Entry, hungry: boolean | undefined): void {
  const serial = (cell.words[cell.index]! & ~PHASE) + (PHASE + 1);
  Atomics.store(cell.words, cell.index, serial | phase);
  showInLine(line, hungry);
}

function showInLine({ words, index }: Cell, hungry = false): void {
  // One who is hungry stays so whoever else comes.
  if (hungry) Atomics.store(words, index, HUNGRY);
  else Atomics.compareExchange(words, index, 0, SOMEBODY);
}

/** Whether only those may take who have been called, or have waited for a while. */
export function isHungry(line: Cell): boolean {
  return line.words[line.index] === HUNGRY; // plain, which costs less: a moment ago it may have been otherwise anyway
}

/** The one who was hungry has got what it waited for, or has left. Should another one be so too, it says it anew. */
export function calm(line: Cell): void {
  if (isHungry(line)) Atomics.compareExchange(line.words, line.index, HUNGRY, SOMEBODY);
}

/** In a line in which the newest goes first, the tickets run backwards. */
function drawTicket(newestFirst = false): number {
  const number = Atomics.add(header(), TICKET, 1);
  return newestFirst ? -number | 0 : number;
}

/** Steps out. True when the caller had been called: it has to use the call or pass it on (`call`). */
export function leaveLine({ number, cell }: Entry): boolean {
  const state = Atomics.exchange(cell.words, cell.index, cell.words[cell.index]! & ~PHASE);
  becameIdle(number);
  return (state & PHASE) === CALLED;
}

export function isCalled({ cell }: Entry): boolean {
  return (Atomics.load(cell.words, cell.index) & PHASE) === CALLED;
}

/** Sleeps in the kernel until called, or for some milliseconds. */
export function sleepInLine({ cell }: Entry, milliseconds: number): void {
  if (Atomics.load(header(), slotBase(indexOf(self())) + LEAVING) !== 0) sleepUntilEnded();
  const state = Atomics.load(cell.words, cell.index);
  if ((state & PHASE) === BLOCKING) futexWait(systemAddress(cell), state, milliseconds);
}

/**
 * Where what is read after an access of `Atomics` that writes is read later than that, even plainly: x86 has nothing
 * weaker. A plain access costs a small part of an atomic one, which V8 makes by a call whatever the processor needs.
 */
const READS_IN_ORDER = process.arch === 'x64';

/** Whether anybody may stand in a line; for one who has just changed, by `Atomics`, what is waited for there. */
export function isAnybodyIn({ words, index }: Cell): boolean {
  return (READS_IN_ORDER ? words[index] : Atomics.load(words, index)) !== 0;
}

/** Calls the first `count` in a line, after a change by `Atomics`. A nanosecond when nobody stands there. */
export function call(line: Cell, count = 1): void {
  if (isAnybodyIn(line)) callWaiting(line, count);
}

function callWaiting(line: Cell, count: number): void {
  for (let left = count; left > 0;) {
    const first = firstIn(line.address);
    if (first !== undefined) {
      if (callEntry(first)) left--;
      continue;
    }
    // Nobody; say so, and look again: one who came in the meantime may have read the condition before it changed.
    Atomics.store(line.words, line.index, 0);
    if (firstIn(line.address) === undefined) return;
    Atomics.store(line.words, line.index, SOMEBODY);
    left = Infinity; // others who called in the meantime saw nobody: however many they wanted to call, it is on us now
  }
}

/** Fails when the state has changed since it was read: left, called by another, or used for another wait. */
function callEntry({ id, cell, state }: Found): boolean {
  const called = (state & ~PHASE) | CALLED;
  if (Atomics.compareExchange(cell.words, cell.index, state, called) !== state) return false;
  if ((state & PHASE) === BLOCKING) futexWake(systemAddress(cell), 1);
  else ring(idOf(indexOf(id))); // whose entry it was: one who was seen in this slot before it may be gone
  return true;
}

/** Here, unlike in the kernel, Node can end a thread. */
function sleepUntilEnded(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Gets a thread out of the kernel, where it could not be ended. */
export function dislodge(id: number): void {
  Atomics.store(header(), slotBase(indexOf(id)) + LEAVING, 1);
  for (const found of waitingOf(id)) if ((found.state & PHASE) === BLOCKING) callEntry(found);
}

/** Calls everyone whose wait may be ended by a death. */
export function callAllWhoCare(): void {
  for (const found of waiting()) if (found.cell.words[found.cell.index + ABOUT]! & CARES) callEntry(found);
}

/** Calls one process in a line, wherever it stands there. */
export function callOnly(line: Cell, id: number): void {
  for (const found of waitingOf(id)) {
    const { words, index } = found.cell;
    if (words[index + LINE] === line.address) callEntry(found);
  }
}

/** Strikes out a dead process's entries; the calls it had received go to the next ones in those lines. */
export function strikeOut(id: number): void {
  for (const entry of entriesOf(id)) strikeOutEntry(entry);
}

function strikeOutEntry({ words, index }: Cell): void {
  for (;;) {
    const state = Atomics.load(words, index);
    // Passed on before it is struck out: should this process die in between, the call is made twice, not lost.
    if ((state & PHASE) === CALLED) call(cellAt(words[index + LINE]!));
    // Fails when somebody has called it at this very moment.
    if (Atomics.compareExchange(words, index, state, state & ~PHASE) === state) return;
  }
}
