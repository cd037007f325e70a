import { lengthen, nextBlock, releaseFurther } from '../memory/chain.js';
import { createObject } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { isOnItsWay } from '../memory/references.js';
import { hasEnded, isGone, self } from '../memory/slots.js';
import { beforeFork } from '../system/generation.js';

/**
 * Who holds an end of a connection, in linked blocks:
 *
 *   word 0     TRAVELS: how often a copy has set out or arrived (wraps)      in the first block only
 *   word 1     TOKEN: address of an object that each copy on its way          likewise
 *              mentions, and nothing else does
 *   word 2     NEXT: address of the next block, or 0
 *   word 3..   ids of the slots that hold it; 0: free
 *
 * The end is held while one of these slots lives, or a message that mentions the token is on its way. A copy that arrives
 * is entered before the message goes; TRAVELS tells one who looks at both that something has moved meanwhile.
 */
export const HOLDER_WORDS = 12;
const TRAVELS = 0;
const TOKEN = 1;
const NEXT = 2;
const FIRST = 3;

/** How many copies of an end this process has: it holds the end until the last of them is closed. */
const held = new Map<number, number>();

// A child that this process forks of itself has all of its ends.
beforeFork((child) => {
  for (const address of held.keys()) new Holders(address).enter(child);
});

/** Milliseconds for which one who looks again and again believes that a copy is still on its way. */
const BELIEVED = 5;

export class Holders {
  private readonly address: number;
  private readonly travels: Cell;
  private seenTravelling = -Infinity;

  constructor(address: number) {
    this.address = address;
    this.travels = cellAt(address + TRAVELS);
  }

  /** Makes the words at `address` ready. */
  static create(address: number): void {
    const token = createObject(4);
    const mark = cellAt(token);
    mark.words[mark.index] = address;
    const { words, index } = cellAt(address + TOKEN);
    words[index] = token;
  }

  /** For a copy of the end: to be attached to it, and mentioned when it travels. */
  get token(): number {
    const { words, index } = cellAt(this.address + TOKEN);
    return words[index]!;
  }

  add(): void {
    const copies = held.get(this.address) ?? 0;
    held.set(this.address, copies + 1);
    if (copies === 0) this.enter(self());
  }

  enter(holder: number): void {
    for (;;) {
      for (const { words, index } of this.places()) {
        const before = Atomics.compareExchange(words, index, 0, holder);
        if (before === 0 || before === holder) return;
      }
      if (!this.clearEnded()) lengthen(this.address, NEXT, HOLDER_WORDS);
    }
  }

  /** Else the list would grow with all who have ever held the end. */
  private clearEnded(): boolean {
    let cleared = false;
    for (const { words, index } of this.places()) {
      const holder = Atomics.load(words, index);
      if (holder !== 0 && hasEnded(holder) && Atomics.compareExchange(words, index, holder, 0) === holder)
        cleared = true;
    }
    return cleared;
  }

  remove(): void {
    const copies = (held.get(this.address) ?? 1) - 1;
    if (copies > 0) return void held.set(this.address, copies);
    held.delete(this.address);
    for (const { words, index } of this.places()) Atomics.compareExchange(words, index, self(), 0);
  }

  /** A copy sets out: the message that is being written mentions the token. */
  depart(): void {
    Atomics.add(this.travels.words, this.travels.index, 1);
  }

  /** A copy has come, and its message is still there. */
  arrive(): void {
    this.add();
    this.depart();
  }

  /** Whether anybody can still use the end. `patient` asks the kernel whether they are alive; else the process table. */
  any(patient: boolean): boolean {
    const { words, index } = this.travels;
    for (;;) {
      const travels = Atomics.load(words, index);
      if (this.isHeldByLiving(patient)) return true;
      if (travels === 0) return false;
      if (!patient && performance.now() - this.seenTravelling < BELIEVED) return true;
      if (this.isTravelling()) {
        this.seenTravelling = performance.now();
        return true;
      }
      if (Atomics.load(words, index) === travels) return false;
    }
  }

  private isHeldByLiving(patient: boolean): boolean {
    for (let block = this.address; block !== 0; block = nextBlock(block, NEXT)) {
      const { words, index } = cellAt(block); // no generator here: whoever sends comes through
      for (let word = index + FIRST; word < index + HOLDER_WORDS; word++) {
        const holder = Atomics.load(words, word);
        if (holder === 0) continue;
        if (!(patient ? isGone(holder) : hasEnded(holder))) return true;
        Atomics.compareExchange(words, word, holder, 0);
      }
    }
    return false;
  }

  private isTravelling(): boolean {
    const { token } = this;
    const { words, index } = cellAt(token);
    // When no copy is left the token goes, and its place may be anything's.
    return words[index] === this.address && isOnItsWay(token);
  }

  private *places(): Generator<Cell> {
    for (let block = this.address; block !== 0; block = nextBlock(block, NEXT)) {
      for (let word = FIRST; word < HOLDER_WORDS; word++) yield cellAt(block + word);
    }
  }
}

/** Under the heap's lock. */
export function releaseHolders(address: number): void {
  releaseFurther(address, NEXT);
}
