import {
  eachBlock,
  EXTENT,
  FREE_EXTENT,
  KIND,
  OBJECT,
  OWNER,
  PARCEL,
  PARCEL_REFERENCES,
  putBlock,
  REFERENCES,
} from './blocks.js';
import { putExtent } from './extent.js';
import { unlink } from './links.js';
import { forgetWayBack, goBack } from './returns.js';
import { LET_GO } from './layout.js';
import { ownerOf, uncount } from './owners.js';
import { cellAt, header } from './program.js';
import { BLOCKS_OWNED, indexOf, slotBase } from './slots.js';

/** What happens when a block goes. Everything here is called under the heap's lock. */

/** Frees a block, and before it what only it keeps. One that is free already stays so: it went as a part of another. */
export function release(address: number): void {
  const { words, index } = cellAt(address);
  const owner = ownerOf(address);
  const isFree = owner === 0 || words[index + KIND] === FREE_EXTENT;
  if (isFree || !releaseParts(address, words, index)) return;
  if (words[index + KIND] === EXTENT) putExtent(address);
  else putBlock(address);
  uncount(owner);
}

/** Frees what a dead process has owned; messages that it had not got yet go back to where it took them. */
export function releaseBlocksOf(id: number): void {
  if (header()[slotBase(indexOf(id)) + BLOCKS_OWNED] === 0) return;
  eachBlock((address, words, index) => {
    if (words[index + OWNER] === id && !goBack(address)) release(address);
  });
}

const disposals = new Map<number, (address: number) => void>();

/**
 * Says how the parts of a kind of object are freed: under the heap's lock, each of them taken out of the object as it is
 * freed (`releaseAt`). Should the one who does it die in between, the next one does the rest.
 */
export function onDisposal(kind: number, dispose: (address: number) => void): void {
  disposals.set(kind, dispose);
}

/** False for an object of a class that this process has not loaded: it is left to another one. */
function releaseParts(address: number, words: Int32Array, index: number): boolean {
  const kind = words[index + KIND]!;
  if (kind === PARCEL || kind === EXTENT) {
    forgetWayBack(address); // first: without what it mentions, or its pages, it is no message any more
    releaseAt(address + PARCEL_REFERENCES);
  } else if (kind === REFERENCES) countReferences(words, index);
  else if (kind > OBJECT) return disposeParts(kind, address);
  return true;
}

function disposeParts(kind: number, address: number): boolean {
  const dispose = disposals.get(kind);
  dispose?.(address);
  return dispose !== undefined;
}

/** Frees the block whose address stands in a word, unless that is 0; the word says `next` from then on. */
export function releaseAt(word: number, next = 0): void {
  const { words, index } = cellAt(word);
  const part = words[index]!;
  if (part !== 0) unlink(part, word, next, release);
}

/** Frees a block to which a word leads in some other way, until it says `next`. */
export function releaseBehind(part: number, word: number, next: number): void {
  unlink(part, word, next, release);
}

function countReferences(words: Int32Array, index: number): void {
  let count = 0;
  for (let place = words[index]!; place > 0; place--) if (words[index + place] !== 0) count++;
  Atomics.add(header(), LET_GO, count); // whoever lets go of an object counts that without the lock
}
