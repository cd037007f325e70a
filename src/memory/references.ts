import { eachBlock, EXTENT, KIND, OWNER, PARCEL, PARCEL_REFERENCES, REFERENCES, SHARED } from './blocks.js';
import { take, underHeapLock } from './heap.js';
import { WORD } from './layout.js';
import { PLACES } from './pages.js';
import { cellAt } from './program.js';

/**
 * A block of references keeps the objects whose addresses stand in it, for as long as it is there:
 *
 *   word 0      how many places it has
 *   word 1..    the addresses of objects, or 0
 *
 * Two kinds of things have such blocks: processes (holdings.ts), and parcels that are on their way (parcel.ts).
 */
function takeReferences(places: number, extraWords = 0): number {
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

/** Whether a message that is stored, or in somebody's hands, refers to the object. Looks through the heap. */
export function isOnItsWay(object: number): boolean {
  return underHeapLock(() => {
    let found = false;
    eachBlock((_address, words, index) => {
      const kind = words[index + KIND];
      if (found || words[index + OWNER] === 0 || (kind !== PARCEL && kind !== EXTENT)) return;
      const references = words[index + PARCEL_REFERENCES]!;
      if (references !== 0) found = refersTo(references, object);
    });
    return found;
  });
}

function refersTo(references: number, object: number): boolean {
  const { words, index } = cellAt(references);
  for (let place = words[index]!; place > 0; place--) if (words[index + place] === object) return true;
  return false;
}

/** A page of a process's holdings. Under the heap's lock. */
export function takePage(): number {
  return takeReferences(PLACES, 1);
}
