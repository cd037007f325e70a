import { eachBlock, EXTENT, KIND, OWNER, PARCEL, PARCEL_REFERENCES, rebuildLists, REFERENCES } from './blocks.js';
import { SLOTS_USED } from './layout.js';
import { repairLinks } from './links.js';
import { header } from './program.js';
import { pagesOf } from './pages.js';
import { release } from './release.js';

/**
 * Sets the heap right after a process has died in the middle of a change: whoever takes over the heap's lock does it.
 * The lists of what is free follow from the blocks. And each block of references belongs to a parcel or a process, but for
 * a moment when it comes into being or goes; one that was caught in that moment would keep its objects for good.
 */
export function repairHeap(): void {
  rebuildLists();
  repairLinks(release);
  const linked = new Set<number>();
  // Of all slots: a child that is about to be forked has its pages before its slot is in use.
  for (let slot = 0; slot < header()[SLOTS_USED]!; slot++) for (const page of pagesOf(slot)) linked.add(page);
  eachBlock((_address, words, index) => {
    const isParcel = words[index + KIND] === PARCEL || words[index + KIND] === EXTENT;
    if (isParcel && words[index + OWNER] !== 0) linked.add(words[index + PARCEL_REFERENCES]!);
  });
  const orphans: number[] = [];
  eachBlock((address, words, index) => {
    if (words[index + KIND] === REFERENCES && words[index + OWNER] !== 0 && !linked.has(address)) orphans.push(address);
  });
  for (const orphan of orphans) release(orphan);
}
