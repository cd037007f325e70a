import { PARCEL_NEXT } from '../memory/blocks.js';
import { cellAt } from '../memory/program.js';
import { releaseAt, releaseBehind } from '../memory/release.js';
import { hasLeft } from './chunks.js';
import { align, HEADS, leftIn, LINK, LONG, PREFIX, PUT, RETURNED, spareIn, TAILS, TAKEN } from './store-layout.js';
import { Window } from './window.js';

/** Frees what lies in a store that nobody refers to: its messages, one by one as a taker would, and its chunks. */
export function disposeStore(address: number): void {
  const { words, index: base } = cellAt(address);
  releaseLeft(address, words, base);
  // What a dead process left there may be in use already; then it goes with the others.
  const spare = spareIn(words, base);
  if (words[spare] !== words[base + TAILS + (words[base + PUT]! & 1) * 2]) releaseAt(address + spare - base);
  const at = new Window();
  while (words[base + TAKEN] !== words[base + PUT]) {
    releaseFirst(address, words, base, at);
    releaseLeft(address, words, base);
  }
  releaseAt(address + HEADS + (words[base + TAKEN]! & 1) * 2);
  for (let parcel = words[base + RETURNED]!; parcel !== 0; parcel = words[base + RETURNED]!) {
    const returned = cellAt(parcel);
    releaseAt(address + RETURNED, returned.words[returned.index + PARCEL_NEXT]);
  }
}

function releaseFirst(address: number, words: Int32Array, base: number, at: Window): void {
  const count = words[base + TAKEN]!;
  const now = base + HEADS + (count & 1) * 2;
  const next = base + HEADS + ((count + 1) & 1) * 2;
  at.show(words[now]!);
  let offset = words[now + 1]!;
  if (at.lengthAt(offset) === LINK) {
    words[leftIn(words, base)] = at.address;
    at.show(at.addressAt(offset));
    offset = 0;
  }
  const length = at.lengthAt(offset);
  words[next] = at.address;
  words[next + 1] = align(offset + PREFIX + Math.max(0, length));
  const taken = (count + 1) | 0;
  if (length === LONG) releaseBehind(at.addressAt(offset), address + TAKEN, taken);
  else words[base + TAKEN] = taken;
}

function releaseLeft(address: number, words: Int32Array, base: number): void {
  if (hasLeft(words, base)) releaseAt(address + leftIn(words, base) - base);
}
