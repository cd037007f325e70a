import { cellAt, type Cell } from '../memory/program.js';
import { NOBODY, self } from '../memory/slots.js';
import { call, isAnybodyIn, isHungry } from '../memory/waiters.js';
import { waitSync } from './wait.js';
import { isDead, type Waitable } from './waitable.js';
import { waitAsync, type AwaitOptions } from './await.js';

/**
 * The lock under everything, two words of shared memory:
 *
 *   word 0   OWNER: 0 when free, RESERVED when free for one who stands in the line only, else the id of its holder's slot
 *   word 1   the line of those who wait
 *
 * It is released before the line is looked at, and whoever comes first takes it: a lock that is handed over in person
 * would be idle for as long as the next one takes to wake up. Who was called and came too late keeps its ticket, and says
 * after a while that it is hungry: then the lock is reserved for those who are called, so that nobody starves.
 */
const RESERVED = -1;

/** How a lock was got: plainly, or from a holder that died, leaving what the lock guards as it was at that moment. */
export type Got = 'free' | 'abandoned';

export class Mutex implements Waitable<Got> {
  readonly cares = true;
  readonly line: Cell;
  readonly address: number;
  readonly kind: number | undefined;
  protected readonly words: Int32Array;
  protected readonly index: number;

  constructor(address: number, kind?: number) {
    this.address = address;
    const { words, index } = cellAt(address);
    this.words = words;
    this.index = index;
    this.line = cellAt(address + 1);
    this.kind = kind;
  }

  /** Takes it if it is free: all that it takes most of the time. */
  takeFree(): boolean {
    return Atomics.compareExchange(this.words, this.index, 0, self()) === 0;
  }

  attempt(patient: boolean, called = false): Got | undefined {
    const holder = Atomics.compareExchange(this.words, this.index, 0, self());
    return holder === 0 ? 'free' : this.takeFrom(holder, patient, called);
  }

  glance(): boolean {
    return this.words[this.index]! <= 0;
  }

  /** What is not simply free: reserved, or held by somebody who has died. */
  protected takeFrom(holder: number, patient: boolean, called: boolean): Got | undefined {
    if (holder === RESERVED) {
      const mayTake = patient || called || !isHungry(this.line);
      return mayTake && this.replace(RESERVED) ? 'free' : undefined;
    }
    return isDead(holder, patient) && this.replace(holder) ? 'abandoned' : undefined;
  }

  /** Whether its holder has died. */
  isAbandoned(patient: boolean): boolean {
    const { holder } = this;
    return holder > 0 && isDead(holder, patient);
  }

  private replace(holder: number): boolean {
    return Atomics.compareExchange(this.words, this.index, holder, self()) === holder;
  }

  /** For the library's own short sections. What an abandoned one may have left half done is the caller's to know. */
  lockSync(): Got {
    return this.takeFree() ? 'free' : waitSync(this)!;
  }

  acquireSync(timeout?: number): Got | undefined {
    return waitSync(this, timeout);
  }

  acquire(options: AwaitOptions): Promise<Got | undefined> {
    return waitAsync(this, options);
  }

  /** False when it was not held. */
  release(): boolean {
    if (Atomics.exchange(this.words, this.index, 0) <= 0) return false;
    if (isAnybodyIn(this.line)) this.callNext();
    return true;
  }

  /** Leaves it as if its holder, somebody in this process, had died. */
  abandon(): void {
    if (Atomics.compareExchange(this.words, this.index, self(), NOBODY) !== self()) return;
    call(this.line);
  }

  private callNext(): void {
    if (isHungry(this.line)) Atomics.compareExchange(this.words, this.index, 0, RESERVED);
    call(this.line);
  }

  /** The slot of its holder; 0 or less when there is none. */
  protected get holder(): number {
    return Atomics.load(this.words, this.index);
  }

  isHeld(): boolean {
    return this.holder > 0;
  }

  /** Whether this process holds it. */
  isMine(): boolean {
    // Plain, which costs less: nobody else writes the id of this slot, and who has written it sees it.
    return this.words[this.index] === self();
  }
}
