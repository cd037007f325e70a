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
  /** As many as there can be. */
  private readonly most: number;
  private readonly mutex: Mutex;
  private readonly holders: Roster;
  private readonly accounts: Accounts;
  /** The row of the process `owner`: of this one, unless that is the child of another one or has never taken a permit. */
  private own: Row | undefined;
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
    this.most = bounded ? this.start : MOST_PERMITS;
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
    if (this.seenFree <= 0) this.settleTheDead(patient);
    let free = this.openFree;
    if (free > 0) this.findRow(true);
    for (; free > 0; free = this.openFree) if (this.change(-1, free)) return true;
    return undefined;
  }

  glance(): boolean {
    return this.seenFree > 0;
  }

  /** FREE, below 0 while it is closed; for one who is going to wait should there be none. */
  private get openFree(): number {
    return Atomics.load(this.words, this.base + FREE);
  }

  /** The same for others. Plain, which costs less: what is seen decides nothing, as it is compared later. */
  private get seenFree(): number {
    return this.words[this.base + FREE]!;
  }

  /** Takes a permit if that is one change of FREE: all that it takes most of the time. */
  takeFree(): boolean {
    const free = this.seenFree;
    return free > 0 && this.owner === self() && !isHungry(this.line) && this.change(-1, free);
  }

  /** Gives permits back. Says whether they were not too many. */
  release(count: number): boolean {
    return this.giveBack(count) || this.releaseSlowly(count);
  }

  /** Gives own permits back, if that is one change of FREE. */
  private giveBack(count: number): boolean {
    const free = this.seenFree;
    const isPossible = free >= 0 && free + count <= this.most && this.owner === self() && heldIn(this.own!) >= count;
    if (!isPossible || !this.change(count, free)) return false;
    call(this.line, count);
    return true;
  }

  /** Takes permits (less than none) for this process, or gives some of its own back, if FREE is what has been seen. */
  private change(by: number, free: number): boolean {
    const { words: rows, index: row } = this.own!;
    const before = rows[row + HELD]!;
    rows[row + HELD] = before | CHANGING; // plain: it is seen before FREE is changed, which is atomic
    const isDone = Atomics.compareExchange(this.words, this.base + FREE, free, free + by) === free;
    rows[row + HELD] = isDone ? before - by * ONE : before; // whoever waits for it sees it soon enough
    return isDone;
  }

  private releaseSlowly(count: number): boolean {
    while (this.findRow(false) && heldIn(this.own!) >= count && this.seenFree >= 0) {
      if (this.seenFree + count > this.most) return false;
      if (this.giveBack(count)) return true;
    }
    return this.exclusively(() => this.releaseAny(count));
  }

  /** Gives permits back that others may hold, or nobody. */
  private releaseAny(count: number): boolean {
    if (this.accounts.free + count > this.most) return false;
    for (let left = count; left > 0;)
      left -= this.accounts.releaseSome(left, this.findRow(false) ? this.own : undefined);
    return true;
  }

  /** How many this process holds. */
  get heldHere(): number {
    return this.findRow(false) ? heldIn(this.own!) : 0;
  }

  /** Gives permits back that somebody in this process has left, as if it had been a process that has died. */
  abandon(count: number): void {
    this.exclusively(() => {
      if (this.findRow(false)) this.accounts.leave(this.own!, Math.min(count, heldIn(this.own!)));
    });
  }

  /** Finds the row of this process, or takes one for it. */
  private findRow(take: boolean): boolean {
    // Nobody takes its row from a process that lives; but a forked child is another one.
    return this.owner === self() || this.lookForRow(take);
  }

  private lookForRow(take: boolean): boolean {
    this.own = undefined;
    this.holders.each((words, index, address) => {
      if (words[index] === self()) this.own = cellAt(address);
      return this.own !== undefined;
    });
    if (take) this.own ??= this.exclusively(() => this.takeRow());
    this.owner = this.own === undefined ? 0 : self();
    return this.own !== undefined;
  }

  private takeRow(): Row {
    // The dead who hold nothing give theirs up, so that the list does not grow with all who ever came.
    this.holders.each((words, index) => {
      if (words[index] !== 0 && isIdle(words, index) && isDead(words[index]!, false)) words[index] = 0;
    });
    return this.holders.take();
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
