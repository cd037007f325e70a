import { ProcessError, ValueError } from '../errors.js';
import { lengthen, nextBlock, releaseFurther } from '../memory/chain.js';
import { attach, mention } from '../memory/holdings.js';
import { createObject, LEDGER } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { onDisposal } from '../memory/release.js';
import { isGone, self } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import type { Waitable } from '../sync/wait.js';
import type { Store } from './store.js';

/**
 * Who has taken how many items of a store and not reported them as done, in linked blocks:
 *
 *   word 0     DONE: how many were ever reported (wraps)                       in the first block only
 *   word 1     line of those who wait until all are                            likewise
 *   word 2     NEXT: address of the next block, or 0
 *   word 3..   pairs: id of a slot, or 0, and how many it has in hand
 *
 * What is unfinished is what was ever put, which the store counts, less DONE. A pair is written by its own process alone,
 * before it takes an item: should it die in between, its pair counts no more, and the item is in the store.
 */
const DONE = 0;
const LINE = 1;
const NEXT = 2;
const FIRST_PAIR = 3;
const BLOCK_WORDS = 59; // with a block's header, and rounded up, a power of two

export class Ledger {
  readonly address: number;
  /** Until everything that was put has been reported. */
  readonly finished: Waitable<true>;
  private readonly store: Store;
  private readonly done: Cell;
  private own: Cell | undefined;

  constructor(address: number, store: Store) {
    this.address = address;
    attach(this, address);
    this.store = store;
    this.done = cellAt(address + DONE);
    const attempt = (patient: boolean): true | undefined => this.isFinished(patient);
    this.finished = { line: cellAt(address + LINE), object: address, cares: true, attempt };
  }

  static create(): number {
    return createObject(BLOCK_WORDS * 4, LEDGER);
  }

  /** Its address, for the message that is being written. */
  travel(): number {
    mention(this, this.address);
    return this.address;
  }

  /** Changes how many items this process has in hand. */
  inHand(change: number): void {
    const { words, index } = (this.own ??= this.ownCount());
    Atomics.store(words, index, words[index]! + change);
  }

  /** @throws {ValueError} ERR_TASK_DONE */
  report(): void {
    if (!this.advance(1)) throw new ValueError('ERR_TASK_DONE', 'taskDone() called too many times');
    this.inHand(-1);
  }

  private get unfinished(): number {
    return (this.store.puts - Atomics.load(this.done.words, this.done.index)) | 0;
  }

  /** Counts items as done; false when there are not so many. */
  private advance(count: number): boolean {
    const { words, index } = this.done;
    for (let done = Atomics.load(words, index); ;) {
      if (((this.store.puts - done) | 0) < count) return false;
      const before = Atomics.compareExchange(words, index, done, (done + count) | 0);
      if (before === done) break;
      done = before;
    }
    if (this.unfinished === 0) call(this.finished.line, Infinity);
    return true;
  }

  private isFinished(patient: boolean): true | undefined {
    if (this.unfinished === 0) return true;
    if (patient) this.writeOffLost();
    return undefined;
  }

  /** What neither the store has nor a process that lives can be reported by nobody: whoever waits for it learns that. */
  private writeOffLost(): void {
    const before = this.unfinished;
    const lost = before - this.store.size - this.heldByLiving();
    // Something has moved meanwhile: it will be looked at again.
    if (lost <= 0 || this.unfinished !== before || !this.advance(lost)) return;
    const items = lost === 1 ? '1 item' : `${lost} items`;
    throw new ProcessError('ERR_ITEMS_LOST', `${items} had been taken by processes that died before taskDone()`);
  }

  private heldByLiving(): number {
    let held = 0;
    for (const { words, index } of this.pairs()) {
      const count = Atomics.load(words, index + 1);
      const id = Atomics.load(words, index);
      if (count > 0 && id !== 0 && !isGone(id)) held += count;
    }
    return held;
  }

  private ownCount(): Cell {
    const pair = this.claimPair();
    const count = cellAt(pair.address + 1);
    Atomics.store(count.words, count.index, 0);
    return count;
  }

  /** A free pair, or one of a process that is gone. */
  private claimPair(): Cell {
    for (;;) {
      for (const pair of this.pairs()) {
        const owner = Atomics.load(pair.words, pair.index);
        if (owner !== 0 && !isGone(owner)) continue;
        if (Atomics.compareExchange(pair.words, pair.index, owner, self()) === owner) return pair;
      }
      lengthen(this.address, NEXT, BLOCK_WORDS);
    }
  }

  private *pairs(): Generator<Cell> {
    for (let block = this.address; block !== 0; block = nextBlock(block, NEXT)) {
      for (let word = FIRST_PAIR; word + 1 < BLOCK_WORDS; word += 2) yield cellAt(block + word);
    }
  }
}

onDisposal(LEDGER, (address) => releaseFurther(address, NEXT));
