import { attach } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject, PERMITS } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { self } from '../memory/slots.js';
import { call, isHungry } from '../memory/waiters.js';
import { BOUNDED_SEMAPHORE, SEMAPHORE } from './kinds.js';
import { Mutex } from './mutex.js';
import {
  ALL,
  CHANGING,
  closedCount,
  FREE,
  greatestHolder,
  HELD,
  heldIn,
  HOLDERS,
  holdersAt,
  LEFT,
  LINE,
  ONE,
  openCount,
  ROWS,
  SETTLING,
  START,
} from './permit-words.js';
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
    if (this.openFree <= 0) {
      this.settleTheDead(patient);
      if (this.openFree <= 0) return undefined;
    }
    return this.change(this.ownRow(), -1) === 'done' ? true : undefined;
  }

  /** Below 0 while it is closed. */
  private get openFree(): number {
    return Atomics.load(this.words, this.base + FREE);
  }

  /** Gives permits back. Says whether they were not too many. */
  release(count: number): boolean {
    const row = this.findOwnRow();
    const done = row !== undefined && heldIn(row) >= count ? this.change(row, count) : 'closed';
    if (done === 'done') call(this.line, count);
    return done === 'closed' ? this.exclusively(() => this.releaseAny(count)) : done === 'done';
  }

  /** Takes permits (less than none) for the row's process, or gives some back, if it may be done now. */
  private change({ words: rows, index: row }: Row, by: number): 'done' | 'not possible' | 'closed' {
    const { words, base } = this;
    // Nothing is stored that was read before: until this succeeds another one may be taking permits off the row.
    Atomics.or(rows, row + HELD, CHANGING);
    for (let free = Atomics.load(words, base + FREE); ;) {
      const possible = free >= 0 && free + by >= 0 && free + by <= this.most;
      const seen = possible ? Atomics.compareExchange(words, base + FREE, free, free + by) : free;
      if (seen === free) {
        Atomics.sub(rows, row + HELD, possible ? CHANGING + by * ONE : CHANGING);
        if (possible) return 'done';
        return free < 0 ? 'closed' : 'not possible';
      }
      free = seen;
    }
  }

  private get most(): number {
    return this.kind === BOUNDED_SEMAPHORE ? this.start : MOST_PERMITS;
  }

  private releaseAny(count: number): boolean {
    if (this.countFree() + count > this.most) return false;
    for (let left = count; left > 0;) left -= this.releaseSome(left);
    return true;
  }

  /** Says how many it has released: as many as one store can. */
  private releaseSome(count: number): number {
    const { words, base } = this;
    const own = this.findOwnRow();
    const holder = own !== undefined && heldIn(own) > 0 ? own : greatestHolder(this.holders);
    const released = holder === undefined ? count : Math.min(count, heldIn(holder));
    if (holder === undefined) Atomics.add(words, base + ALL, released);
    else Atomics.sub(holder.words, holder.index + HELD, released * ONE);
    return released;
  }

  private ownRow(): Row {
    return this.findOwnRow() ?? this.exclusively(() => this.takeRow());
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
    // The dead who hold nothing give theirs up, so that the list does not grow with all who ever came.
    this.holders.each((words, index) => {
      if (words[index] !== 0 && words[index + HELD] === 0 && isDead(words[index]!, false)) words[index] = 0;
    });
    this.mine = this.holders.take();
    return this.mine;
  }

  /** Permits that can be taken. */
  get free(): number {
    this.settleTheDead(false);
    return openCount(this.openFree);
  }

  private settleTheDead(patient: boolean): void {
    // One who died in the middle of a change has left it closed.
    if (this.findDead(patient) === undefined && !this.mutex.isAbandoned(patient)) return;
    this.exclusively(() => {
      for (let dead = this.findDead(patient); dead !== undefined; dead = this.findDead(patient)) this.settle(dead);
    });
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
    const missing = this.start - this.countFree() - (this.heldByAll() - heldIn(row));
    const returned = Math.max(0, Math.min(heldIn(row), missing));
    words[base + LEFT] = words[base + ALL]! - heldIn(row) + returned;
    Atomics.store(words, base + SETTLING, row.address);
    this.finishSettling();
  }

  /** As often as one likes, should those who do it die over it. */
  private finishSettling(): void {
    const { words, base } = this;
    if (words[base + SETTLING] === 0) return;
    Atomics.store(words, base + ALL, words[base + LEFT]!);
    giveBack(cellAt(words[base + SETTLING]!));
    Atomics.store(words, base + SETTLING, 0);
  }

  private countFree(): number {
    return this.words[this.base + ALL]! - this.heldByAll();
  }

  private heldByAll(): number {
    let held = 0;
    this.holders.each((words, index) => void (held += words[index + HELD]! >> 1));
    return held;
  }

  /** Does what concerns more than the own row: nobody takes or gives anything meanwhile. */
  private exclusively<T>(work: () => T): T {
    this.mutex.lockSync();
    let free = 0;
    try {
      this.close();
      this.finishSettling();
      return work();
    } finally {
      free = this.countFree();
      Atomics.store(this.words, this.base + FREE, free);
      this.mutex.release();
      if (free > 0) call(this.line, free);
    }
  }

  private close(): void {
    const { words, base } = this;
    for (let free = Atomics.load(words, base + FREE); free >= 0;) {
      const seen = Atomics.compareExchange(words, base + FREE, free, closedCount(free));
      if (seen === free) break;
      free = seen;
    }
    this.clearChanges(openCount(words[base + FREE]!));
  }

  /**
   * Waits until nobody is in the middle of a change. Of those who have died in it nobody knows whether they have made it;
   * but what is neither free nor held by others is theirs.
   */
  private clearChanges(free: number): void {
    const dead: Row[] = [];
    this.holders.each((words, index, address) => {
      for (let looks = 1; (Atomics.load(words, index + HELD) & CHANGING) !== 0; looks++) {
        if (!isDead(words[index]!, looks % 1000 === 0)) continue;
        dead.push(cellAt(address));
        return;
      }
    });
    const [heir, ...others] = dead;
    if (heir === undefined) return;
    for (const row of others) Atomics.store(row.words, row.index + HELD, 0);
    const rest = this.words[this.base + ALL]! - free - (this.heldByAll() - heldIn(heir));
    Atomics.store(heir.words, heir.index + HELD, rest * ONE);
  }
}

disposeRosterAt(PERMITS, HOLDERS);
