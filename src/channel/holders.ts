import { hasEnded, isGone, self } from '../memory/slots.js';
import { beforeFork } from '../system/generation.js';
import { cellAt, type Cell } from '../memory/program.js';

/**
 * Who holds an end of a connection, as ids of slots in a few words of shared memory:
 *
 *   word 0    TRAVELLING: how many copies are on their way to a process that has not unpacked them yet
 *   word 1..  the holders; 0: free. When there are more than fit, TRAVELLING is raised for good: the end counts as held
 */
export const HOLDER_WORDS = 12;

/** How many copies of an end this process has: it holds the end until the last of them is closed. */
const held = new Map<number, number>();

// A child that this process forks of itself has all of its ends.
beforeFork((child) => {
  for (const address of held.keys()) new Holders(address).enter(child);
});

export class Holders {
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly address: number;

  constructor(address: number) {
    this.address = address;
    const { words, index }: Cell = cellAt(address);
    this.words = words;
    this.base = index;
  }

  add(): void {
    const copies = held.get(this.address) ?? 0;
    held.set(this.address, copies + 1);
    if (copies === 0) this.enter(self());
  }

  enter(holder: number): void {
    for (let place = 1; place < HOLDER_WORDS; place++) {
      const before = Atomics.compareExchange(this.words, this.base + place, 0, holder);
      if (before === 0 || before === holder) return;
    }
    this.depart();
  }

  remove(): void {
    const copies = (held.get(this.address) ?? 1) - 1;
    if (copies > 0) return void held.set(this.address, copies);
    held.delete(this.address);
    for (let place = 1; place < HOLDER_WORDS; place++) {
      Atomics.compareExchange(this.words, this.base + place, self(), 0);
    }
  }

  depart(): void {
    Atomics.add(this.words, this.base, 1);
  }

  arrive(): void {
    this.add();
    this.takeBack();
  }

  /** What arrives more than once, as a pool's function in each worker, was counted once. */
  takeBack(): void {
    for (let count = Atomics.load(this.words, this.base); count > 0;) {
      const before = Atomics.compareExchange(this.words, this.base, count, count - 1);
      if (before === count) return;
      count = before;
    }
  }

  /** Whether anybody can still use the end. `patient` asks the kernel whether they are alive; else the process table. */
  any(patient: boolean): boolean {
    if (Atomics.load(this.words, this.base) > 0) return true;
    for (let place = 1; place < HOLDER_WORDS; place++) {
      const holder = Atomics.load(this.words, this.base + place);
      if (holder === 0) continue;
      if (!(patient ? isGone(holder) : hasEnded(holder))) return true;
      Atomics.compareExchange(this.words, this.base + place, holder, 0);
    }
    return false;
  }
}
