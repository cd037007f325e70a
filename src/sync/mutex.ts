import { allocate } from '../memory/heap.js';
import { cellAt, type Cell } from '../memory/program.js';
import { isGone, self } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import { waitSync, type Waitable } from './wait.js';
import { waitAsync, type AwaitOptions } from './await.js';

/**
 * The lock under everything, two words of shared memory:
 *
 *   word 0   OWNER: 0 when free, else the id of the slot that holds it
 *   word 1   the line of those who wait
 *
 * It is released before the line is looked at, and whoever comes first takes it: a lock that is handed over in person
 * would be idle for as long as the next one takes to wake up. Who was called and came too late keeps its ticket.
 */
export const MUTEX_WORDS = 2;

/** How a lock was got: plainly, or from a holder that died, leaving what the lock guards as it was at that moment. */
export type Got = 'free' | 'abandoned';

export class Mutex implements Waitable<Got> {
  readonly cares = true;
  readonly line: Cell;
  readonly address: number;
  private readonly words: Int32Array;
  private readonly index: number;

  constructor(address: number) {
    this.address = address;
    const { words, index } = cellAt(address);
    this.words = words;
    this.index = index;
    this.line = cellAt(address + 1);
  }

  static create(): Mutex {
    return new Mutex(allocate(MUTEX_WORDS * 4));
  }

  attempt(patient: boolean): Got | undefined {
    const holder = Atomics.compareExchange(this.words, this.index, 0, self());
    if (holder === 0) return 'free';
    return patient ? this.takeFromDead(holder) : undefined;
  }

  private takeFromDead(holder: number): Got | undefined {
    if (!isGone(holder)) return undefined;
    return Atomics.compareExchange(this.words, this.index, holder, self()) === holder ? 'abandoned' : undefined;
  }

  /** For the library's own short sections, whose shared state is consistent at every step: a dead holder left no harm. */
  lockSync(): void {
    if (Atomics.compareExchange(this.words, this.index, 0, self()) !== 0) waitSync(this);
  }

  acquireSync(timeout?: number): Got | undefined {
    return waitSync(this, timeout);
  }

  acquire(options: AwaitOptions): Promise<Got | undefined> {
    return waitAsync(this, options);
  }

  /** False when it was not held. */
  release(): boolean {
    if (Atomics.exchange(this.words, this.index, 0) === 0) return false;
    call(this.line);
    return true;
  }

  isHeld(): boolean {
    return Atomics.load(this.words, this.index) !== 0;
  }
}
