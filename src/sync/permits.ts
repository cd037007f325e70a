import { attach } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject, PERMITS } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { hasEnded, isGone, self } from '../memory/slots.js';
import { call, isHungry } from '../memory/waiters.js';
import { BOUNDED_SEMAPHORE, SEMAPHORE } from './kinds.js';
import { Mutex } from './mutex.js';
import { disposeRosterAt, giveBack, Roster, rosterWords, whoIn, type Row } from './roster.js';
import type { Waitable } from './waitable.js';

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
const LINE = 2;
const FREE = 3;
const START = 4;
const ALL = 5;
const SETTLING = 6;
const LEFT = 7;
const HOLDERS = 8;

/** Of a row: how many the process there holds. */
const HELD = 1;

const ROWS = 9; // with the words before them they fill a block of 128 bytes
export const MOST_PERMITS = 2 ** 31 - 1;

export class Permits implements Waitable<true> {
  readonly cares = true;
  readonly address: number;
  readonly line: Cell;
  readonly kind: number;
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly mutex: Mutex;
  private readonly holders: Roster;
  private mine: Row | undefined;

  constructor(address: number, bounded: boolean) {
    this.address = address;
    attach(this, address);
    const { words, index } = cellAt(address);
    this.words = words;
    this.base = index;
    this.line = cellAt(address + LINE);
    this.kind = bounded ? BOUNDED_SEMAPHORE : SEMAPHORE;
    this.mutex = new Mutex(address);
    this.holders = holdersAt(this.line.address);
  }

  static create(count: number, bounded: boolean): Permits {
    const address = createObject((HOLDERS + rosterWords(ROWS)) * WORD, PERMITS);
    const { words, index } = cellAt(address);
    for (const word of [FREE, START, ALL]) words[index + word] = count;
    return new Permits(address, bounded);
  }

  get start(): number {
    return this.words[this.base + START]!;
  }

  attempt(patient: boolean, called = false): true | undefined {
    if (!patient && !called && isHungry(this.line)) return undefined;
    if (this.freeNow === 0) this.settleTheDead(patient);
    if (this.freeNow === 0) return undefined;
    this.lock();
    try {
      return this.take();
    } finally {
      this.mutex.release();
    }
  }

  private get freeNow(): number {
    return Atomics.load(this.words, this.base + FREE);
  }

  private take(): true | undefined {
    const { words, base } = this;
    if (words[base + FREE] === 0) return undefined;
    const row = this.findOwnRow() ?? this.takeRow();
    row.words[row.index + HELD]!++;
    words[base + FREE]!--;
    return true;
  }

  /** Gives permits back. Says whether they were not too many. */
  release(count: number): boolean {
    const most = this.kind === BOUNDED_SEMAPHORE ? this.start : MOST_PERMITS;
    this.lock();
    try {
      if (this.freeNow + count > most) return false;
      for (let left = count; left > 0;) left -= this.releaseSome(left);
    } finally {
      this.mutex.release();
    }
    call(this.line, count);
    return true;
  }

  /** Says how many it has released: as many as one store can. */
  private releaseSome(count: number): number {
    const { words, base } = this;
    const own = this.findOwnRow();
    const holder = own !== undefined && heldIn(own) > 0 ? own : this.greatestHolder();
    const released = holder === undefined ? count : Math.min(count, heldIn(holder));
    if (holder === undefined) words[base + ALL]! += released;
    else holder.words[holder.index + HELD]! -= released;
    words[base + FREE]! += released;
    return released;
  }

  private greatestHolder(): Row | undefined {
    let greatest = 0;
    let most = 0;
    this.holders.each((words, index, address) => {
      if (words[index + HELD]! <= most) return;
      greatest = address;
      most = words[index + HELD]!;
    });
    return greatest === 0 ? undefined : cellAt(greatest);
  }

  private findOwnRow(): Row | undefined {
    if (this.mine !== undefined && whoIn(this.mine) === self()) return this.mine;
    this.mine = undefined;
    this.holders.each((words, index, address) => {
      if (words[index] !== self()) return false;
      this.mine = cellAt(address);
      return true;
    });
    return this.mine;
  }

  private takeRow(): Row {
    // Those who hold nothing any more give theirs up, so that the list does not grow with all who ever came.
    this.holders.each((words, index) => {
      if (words[index + HELD] === 0) words[index] = 0;
    });
    this.mine = this.holders.take();
    return this.mine;
  }

  /** Permits that can be taken. */
  get free(): number {
    this.settleTheDead(false);
    return this.freeNow;
  }

  private settleTheDead(patient: boolean): void {
    if (this.findDead(patient) === undefined) return;
    let freed = 0;
    this.lock();
    try {
      for (let dead = this.findDead(patient); dead !== undefined; dead = this.findDead(patient)) {
        freed += this.settle(dead);
      }
    } finally {
      this.mutex.release();
    }
    if (freed > 0) call(this.line, freed);
  }

  private findDead(patient: boolean): Row | undefined {
    let dead: Row | undefined;
    this.holders.each((words, index, address) => {
      if (words[index + HELD] === 0 || !isDead(words[index]!, patient)) return false;
      dead = cellAt(address);
      return true;
    });
    return dead;
  }

  /** Says how many permits that has freed. */
  private settle(row: Row): number {
    const { words, base } = this;
    const missing = this.start - words[base + FREE]! - (this.heldByAll() - heldIn(row));
    const returned = Math.max(0, Math.min(heldIn(row), missing));
    words[base + LEFT] = words[base + ALL]! - heldIn(row) + returned;
    Atomics.store(words, base + SETTLING, row.address);
    this.finishSettling();
    this.addUp();
    return returned;
  }

  /** As often as one likes, should those who do it die over it. */
  private finishSettling(): void {
    const { words, base } = this;
    if (words[base + SETTLING] === 0) return;
    Atomics.store(words, base + ALL, words[base + LEFT]!);
    giveBack(cellAt(words[base + SETTLING]!));
    Atomics.store(words, base + SETTLING, 0);
  }

  private addUp(): void {
    Atomics.store(this.words, this.base + FREE, this.words[this.base + ALL]! - this.heldByAll());
  }

  private heldByAll(): number {
    let held = 0;
    this.holders.each((words, index) => void (held += words[index + HELD]!));
    return held;
  }

  private lock(): void {
    if (this.mutex.lockSync() === 'free') return;
    this.finishSettling();
    this.addUp();
  }
}

function heldIn({ words, index }: Row): number {
  return words[index + HELD]!;
}

function holdersAt(line: number): Roster {
  return new Roster(line - LINE + HOLDERS, ROWS);
}

/** The processes that hold permits of the semaphore whose line this is. */
export function holdersOf(line: number): number[] {
  const holders: number[] = [];
  holdersAt(line).each((words, index) => {
    if (words[index + HELD]! > 0) holders.push(words[index]!);
  });
  return holders;
}

function isDead(id: number, patient: boolean): boolean {
  return id !== self() && (patient ? isGone(id) : hasEnded(id));
}

disposeRosterAt(PERMITS, HOLDERS);
