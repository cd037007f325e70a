import { attach } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject, PERMITS } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { self } from '../memory/slots.js';
import { call, isHungry } from '../memory/waiters.js';
import { Accounts } from './permit-accounts.js';
import { BOUNDED_SEMAPHORE, SEMAPHORE } from './kinds.js';
import { Mutex } from './mutex.js';
import {
  ALL,
  CHANGING,
  closedCount,
  FREE,
  HELD,
  heldIn,
  HOLDERS,
  holdersAt,
  isIdle,
  LINE,
  ONE,
  openCount,
  PERMITS_WORDS,
  START,
} from './permit-words.js';
import { disposeRosterAt, type Roster, type Row } from './roster.js';
import { isDead, type Waitable } from './waitable.js';

export const MOST_PERMITS = 2 ** 31 - 1;

export class Permits implements Waitable<true> {
  readonly cares = true;
  readonly address: number;
  readonly object: number;
  readonly line: Cell;
  readonly kind: number;
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly mutex: Mutex;
  private readonly holders: Roster;
  private readonly accounts: Accounts;
  private mine: Row | undefined;
  private owner = 0;

  constructor(address: number, bounded: boolean) {
    this.address = address;
    this.object = address;
    attach(this, address);
    const { words, index } = cellAt(address);
    this.words = words;
    this.base = index;
    this.line = cellAt(address + LINE);
    this.kind = bounded ? BOUNDED_SEMAPHORE : SEMAPHORE;
    this.mutex = new Mutex(address);
    this.holders = holdersAt(address);
    this.accounts = new Accounts(address, this.holders);
  }

  static create(count: number, bounded: boolean): Permits {
    const address = createObject(PERMITS_WORDS * WORD, PERMITS);
    const { words, index } = cellAt(address);
    for (const word of [FREE, START, ALL]) words[index + word] = count;
    return new Permits(address, bounded);
  }

  get start(): number {
    return this.words[this.base + START]!;
  }

  attempt(patient: boolean, called = false): true | undefined {
    if (!patient && !called && isHungry(this.line)) return undefined;
    let free = this.words[this.base + FREE]!; // plain, which costs less: what is seen decides nothing yet
    if (free <= 0) {
      this.settleTheDead(patient);
      free = this.openFree;
      if (free <= 0) return undefined;
    }
    return this.change(this.ownRow(), -1, free) === 'done' ? true : undefined;
  }

  /** Below 0 while it is closed. */
  private get openFree(): number {
    return Atomics.load(this.words, this.base + FREE);
  }

  /** Gives permits back. Says whether they were not too many. */
  release(count: number): boolean {
    const row = this.findOwnRow();
    const done = row !== undefined && heldIn(row) >= count ? this.change(row, count, this.openFree) : 'closed';
    if (done === 'done') call(this.line, count);
    return done === 'closed' ? this.exclusively(() => this.releaseAny(count)) : done === 'done';
  }

  /** Takes permits (less than none) for the row's process, or gives some back, if it may be done now. */
  private change({ words: rows, index: row }: Row, by: number, seenFree: number): 'done' | 'not possible' | 'closed' {
    const { words, base } = this;
    const before = rows[row + HELD]!;
    rows[row + HELD] = before | CHANGING; // plain: it is seen before FREE is changed, which is atomic
    for (let free = seenFree; ;) {
      const possible = free >= 0 && free + by >= 0 && free + by <= this.most;
      const seen = possible ? Atomics.compareExchange(words, base + FREE, free, free + by) : free;
      if (seen === free) {
        rows[row + HELD] = possible ? before - by * ONE : before; // whoever waits for it sees it soon enough
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
    if (this.accounts.free + count > this.most) return false;
    for (let left = count; left > 0;) left -= this.accounts.releaseSome(left, this.findOwnRow());
    return true;
  }

  /** How many this process holds. */
  get heldHere(): number {
    const row = this.findOwnRow();
    return row === undefined ? 0 : heldIn(row);
  }

  /** Gives permits back that somebody in this process has left, as if it had been a process that has died. */
  abandon(count: number): void {
    this.exclusively(() => {
      const row = this.findOwnRow();
      if (row) this.accounts.leave(row, Math.min(count, heldIn(row)));
    });
  }

  private ownRow(): Row {
    return this.findOwnRow() ?? this.exclusively(() => this.takeRow());
  }

  private findOwnRow(): Row | undefined {
    // Nobody takes its row from a process that lives; but a forked child is another one.
    if (this.mine !== undefined && this.owner === self()) return this.mine;
    this.mine = undefined;
    this.owner = self();
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
      if (words[index] !== 0 && isIdle(words, index) && isDead(words[index]!, false)) words[index] = 0;
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
      for (let dead = this.findDead(patient); dead !== undefined; dead = this.findDead(patient))
        this.accounts.settle(dead);
    });
  }

  private findDead(patient: boolean): Row | undefined {
    let dead: Row | undefined;
    this.holders.each((words, index, address) => {
      if (isIdle(words, index) || !isDead(words[index]!, patient)) return false;
      dead = cellAt(address);
      return true;
    });
    return dead;
  }

  /** Does what concerns more than the own row: nobody takes or gives anything meanwhile. */
  private exclusively<T>(work: () => T): T {
    this.mutex.lockSync();
    let free = 0;
    try {
      this.close();
      this.accounts.finishSettling();
      return work();
    } finally {
      free = this.accounts.free;
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
    this.accounts.clearChanges(openCount(words[base + FREE]!));
  }
}

disposeRosterAt(PERMITS, HOLDERS);
