import { OWNER, SHARED } from './blocks.js';
import { cellAt, header } from './program.js';
import { BLOCKS_OWNED, indexOf, slotBase } from './slots.js';

/** Who owns a block. Everything here is called under the heap's lock. */

export function own(address: number, owner: number): void {
  const { words, index } = cellAt(address);
  // The count comes first, and goes last: a death in between may leave it too high, which only costs a search.
  if (owner !== SHARED) header()[slotBase(indexOf(owner)) + BLOCKS_OWNED]!++;
  words[index + OWNER] = owner;
}

export function ownerOf(address: number): number {
  const { words, index } = cellAt(address);
  return words[index + OWNER]!;
}

export function uncount(owner: number): void {
  if (owner !== SHARED) header()[slotBase(indexOf(owner)) + BLOCKS_OWNED]!--;
}
