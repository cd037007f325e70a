import { PARCEL_NEXT } from '../memory/blocks.js';
import { cellAt } from '../memory/program.js';
import { release, releaseWord } from '../memory/release.js';
import { hasLeft } from './chunks.js';
import { align, HEADS, LEFT, LINK, LONG, PREFIX, PUT, RETURNED, SPARE, TAILS, TAKEN } from './store-layout.js';
import { Window } from './window.js';

/** Frees what lies in a store that nobody refers to: its messages, one by one as a taker would, and its chunks. */
export function disposeStore(address: number): void {
  const { words, index: base } = cellAt(address);
  const at = new Window();
  if (hasLeft(words, base)) releaseWord(words, base + LEFT);
  // What a dead process left there may be in use already; then it goes with the others.
  if (words[base + SPARE] !== words[base + TAILS + (words[base + PUT]! & 1) * 2]) releaseWord(words, base + SPARE);
  for (let count = words[base + TAKEN]!; count !== words[base + PUT]; count = words[base + TAKEN]!) {
    const now = base + HEADS + (count & 1) * 2;
    const next = base + HEADS + ((count + 1) & 1) * 2;
    at.show(words[now]!);
    const emptied = skipLink(at, words, now);
    const length = at.lengthAt(words[now + 1]!);
    const parcel = at.addressAt(words[now + 1]!);
    words[next] = at.address;
    words[next + 1] = align(words[now + 1]! + PREFIX + Math.max(0, length));
    words[base + TAKEN] = (count + 1) | 0;
    if (length === LONG) release(parcel);
    if (emptied !== 0) release(emptied);
  }
  releaseWord(words, base + HEADS + (words[base + TAKEN]! & 1) * 2);
  for (let parcel = words[base + RETURNED]!; parcel !== 0; parcel = words[base + RETURNED]!) {
    const returned = cellAt(parcel);
    words[base + RETURNED] = returned.words[returned.index + PARCEL_NEXT]!;
    release(parcel);
  }
}

/** Steps into the next chunk where a link to it stands; gives the one that is empty now, or 0. */
function skipLink(at: Window, words: Int32Array, head: number): number {
  if (at.lengthAt(words[head + 1]!) !== LINK) return 0;
  const emptied = at.address;
  at.show(at.addressAt(words[head + 1]!));
  words[head] = at.address;
  words[head + 1] = 0;
  return emptied;
}
