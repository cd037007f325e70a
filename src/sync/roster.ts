import { lengthen, releaseFurther } from '../memory/chain.js';
import { cellAt, type Cell } from '../memory/program.js';
import { onDisposal } from '../memory/release.js';
import { self } from '../memory/slots.js';

/**
 * A list of who has to do with a primitive, which grows with their number; it stands at the end of the primitive's words:
 *
 *   word 0   MORE: address of a further block of the same form, or 0
 *   word 1.. rows of two words: WHO, the id of a slot, or 0 when the row is free; and a value, which is 0 in a free row;
 *            or of three, where the primitive says so
 *
 * Rows never move. Rows are taken under the lock of the primitive, and given back by their owner, or by one who repairs.
 */
const MORE = 0;
const ROW_WORDS = 2;
const FURTHER_WORDS = 250; // of rows, in a further block: with its first word they almost fill 1 KB

/** Words of a list with room for so many at first. */
export function rosterWords(rows: number, rowWords = ROW_WORDS): number {
  return 1 + rows * rowWords;
}

/** A row: WHO stands at its index, the value behind it. */
export type Row = Cell;

export class Roster {
  private readonly first: Cell;
  private readonly firstWords: number;
  private readonly rowWords: number;

  constructor(address: number, rows: number, rowWords = ROW_WORDS) {
    this.first = cellAt(address);
    this.firstWords = rows * rowWords;
    this.rowWords = rowWords;
  }

  /** Calls `look` with each row, by its words and its address, until it returns true. Makes no objects: it is called often. */
  each(look: (words: Int32Array, index: number, address: number) => boolean | void): void {
    const { rowWords } = this;
    for (
      let block: Cell | undefined = this.first, words = this.firstWords;
      block !== undefined;
      words = FURTHER_WORDS
    ) {
      for (let offset = 1; offset + rowWords <= 1 + words; offset += rowWords) {
        if (look(block.words, block.index + offset, block.address + offset) === true) return;
      }
      block = nextOf(block);
    }
  }

  /** A row of one's own, with the value 0. */
  take(): Row {
    let taken = 0;
    this.each((words, index, address) => {
      const free = Atomics.compareExchange(words, index, 0, self()) === 0;
      if (free) taken = address;
      return free;
    });
    if (taken !== 0) return cellAt(taken);
    lengthen(this.first.address, MORE, 1 + FURTHER_WORDS);
    return this.take();
  }
}

/** Says of a kind of object that it has a roster at this word, whose further blocks go with it. */
export function disposeRosterAt(kind: number, word: number): void {
  onDisposal(kind, (address) => releaseFurther(address + word, MORE));
}

function nextOf({ words, index }: Cell): Cell | undefined {
  const next = Atomics.load(words, index);
  return next === 0 ? undefined : cellAt(next);
}

export function valueOf({ words, index }: Pick<Row, 'words' | 'index'>): number {
  return Atomics.load(words, index + 1);
}

export function setValue({ words, index }: Row, value: number): void {
  Atomics.store(words, index + 1, value);
}

/** Says whether the value was `before`, and so has been changed. */
export function changeValue({ words, index }: Row, before: number, after: number): boolean {
  return Atomics.compareExchange(words, index + 1, before, after) === before;
}

/** Makes a dead one's row one's own; one of those who try does it. */
export function adopt({ words, index }: Row, dead: number): boolean {
  return Atomics.compareExchange(words, index, dead, self()) === dead;
}

export function giveBack(row: Row): void {
  setValue(row, 0);
  Atomics.store(row.words, row.index, 0);
}
