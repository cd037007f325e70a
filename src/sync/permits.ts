import { attach } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject, PERMITS } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { self } from '../memory/slots.js';
import { call, isHungry } from '../memory/waiters.js';
import { BOUNDED_SEMAPHORE, SEMAPHORE } from './kinds.js';
import { Mutex } from './mutex.js';
import { ALL, FREE, HELD, HOLDERS, holdersAt, LEFT, LINE, ROWS, SETTLING, START } from './permit-words.js';
import { disposeRosterAt, giveBack, rosterWords, whoIn, type Roster, type Row } from './roster.js';
import { isDead, type Waitable } from './waitable.js';

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
    this.holders = holdersAt(address);
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
    // One who died in the middle of a change may have left FREE too low.
    if (this.findDead(patient) === undefined && !this.mutex.isAbandoned(patient)) return;
    this.lock();
    try {
      for (let dead = this.findDead(patient); dead !== undefined; dead = this.findDead(patient)) this.settle(dead);
    } finally {
      this.mutex.release();
    }
    call(this.line, Infinity);
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

  private settle(row: Row): void {
    const { words, base } = this;
    const missing = this.start - words[base + FREE]! - (this.heldByAll() - heldIn(row));
    const returned = Math.max(0, Math.min(heldIn(row), missing));
    words[base + LEFT] = words[base + ALL]! - heldIn(row) + returned;
    Atomics.store(words, base + SETTLING, row.address);
    this.finishSettling();
    this.addUp();
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

disposeRosterAt(PERMITS, HOLDERS);
