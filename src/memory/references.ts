import { REFERENCES, SHARED } from './blocks.js';
import { take } from './heap.js';
import { WORD } from './layout.js';
import { cellAt } from './program.js';

/**
 * A block of references keeps the objects whose addresses stand in it, for as long as it is there:
 *
 *   word 0      how many places it has
 *   word 1..    the addresses of objects, or 0
 *
 * Two kinds of things have such blocks: processes (holdings.ts), and parcels that are on their way (parcel.ts).
 */
export function takeReferences(places: number, extraWords = 0): number {
  const address = take((1 + places + extraWords) * WORD, SHARED, REFERENCES);
  const { words, index } = cellAt(address);
  words[index] = places;
  return address;
}

/** A block that keeps these objects. Under the heap's lock. */
export function referTo(addresses: readonly number[]): number {
  const block = takeReferences(addresses.length);
  const { words, index } = cellAt(block);
  for (let place = 0; place < addresses.length; place++) words[index + 1 + place] = addresses[place]!;
  return block;
}
