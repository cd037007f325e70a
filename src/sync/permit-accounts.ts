import { cellAt } from '../memory/program.js';
import {
  ALL,
  CHANGING,
  greatestHolder,
  HELD,
  heldAt,
  heldIn,
  LEFT,
  OFF,
  setHeld,
  SETTLING,
  START,
} from './permit-words.js';
import type { Roster, Row } from './roster.js';
import { isDead } from './waitable.js';

/**
 * Who has how many permits of a semaphore (permit-words.ts), and how that is changed for others than oneself: by whoever
 * holds the mutex, while FREE is closed.
 */
export class Accounts {
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly holders: Roster;

  constructor(address: number, holders: Roster) {
    const { words, index } = cellAt(address);
    this.words = words;
    this.base = index;
    this.holders = holders;
  }

  /** What FREE says when it is opened. */
  get free(): number {
    return this.words[this.base + ALL]! - this.heldByAll();
  }

  private heldByAll(): number {
    let held = 0;
    this.holders.each((words, index) => void (held += heldAt(words, index)));
    return held;
  }

  /** For the holder of the row `own`. Says how many it has released: as many as one store can. */
  releaseSome(count: number, own: Row | undefined): number {
    const { words, base } = this;
    const holder = own !== undefined && heldIn(own) > 0 ? own : greatestHolder(this.holders);
    const released = holder === undefined ? count : Math.min(count, heldIn(holder));
    if (holder === undefined) Atomics.add(words, base + ALL, released);
    else Atomics.add(holder.words, holder.index + OFF, released);
    return released;
  }

  /** Takes permits off a row, so that there are no more than START afterwards, as in `settle`. */
  leave(row: Row, count: number): void {
    const { words, base } = this;
    const surplus = Math.max(0, Math.min(count, words[base + ALL]! - words[base + START]!));
    // First: should the row's process die before it is done, what is still in the row comes back when that is settled.
    Atomics.sub(words, base + ALL, surplus);
    Atomics.add(row.words, row.index + OFF, count);
  }

  settle(row: Row): void {
    const { words, base } = this;
    const missing = words[base + START]! - this.free - (this.heldByAll() - heldIn(row));
    const returned = Math.max(0, Math.min(heldIn(row), missing));
    words[base + LEFT] = words[base + ALL]! - heldIn(row) + returned;
    Atomics.store(words, base + SETTLING, row.address);
    this.finishSettling();
  }

  /** As often as one likes, should those who do it die over it. */
  finishSettling(): void {
    const { words, base } = this;
    if (words[base + SETTLING] === 0) return;
    Atomics.store(words, base + ALL, words[base + LEFT]!);
    const row = cellAt(words[base + SETTLING]!);
    setHeld(row, 0);
    Atomics.store(row.words, row.index, 0);
    Atomics.store(words, base + SETTLING, 0);
  }

  /**
   * Waits until nobody is in the middle of a change. Of those who have died in it nobody knows whether they have made it;
   * but what is neither free nor held by others is theirs.
   */
  clearChanges(free: number): void {
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
    for (const row of others) setHeld(row, 0);
    const rest = this.words[this.base + ALL]! - free - (this.heldByAll() - heldIn(heir));
    setHeld(heir, rest);
  }
}
