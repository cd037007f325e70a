import {
  EXTENT,
  EXTENT_REFERENCES,
  isExtent,
  KEEPER,
  KEEPER_REFERENCES,
  KIND,
  LARGEST_BLOCK,
  PLAIN,
} from './blocks.js';
import { mapExtent, takeExtent, unmapExtent } from './extent.js';
import { blockBytes, free, handOver, SHARED, take, underHeapLock } from './heap.js';
import { renounce, takeStake, type Stake } from './inheritance.js';
import { mentionsOf } from './letter.js';
import { cellAt } from './program.js';
import { referTo } from './references.js';
import { own } from './release.js';
import { self } from './slots.js';

/**
 * Bytes of any length in shared memory, named by one address: a block, or an extent when they are many. In a block they
 * stand behind two words, their length and the address of references to the objects that they mention, or 0.
 */
const LENGTH_BYTES = 8;

export function storeParcel(bytes: Uint8Array, owner: number = SHARED): number {
  return bytes.length + LENGTH_BYTES <= LARGEST_BLOCK ? storeInBlock(bytes, owner) : storeInExtent(bytes, owner);
}

function storeInBlock(bytes: Uint8Array, owner: number): number {
  const mentions = mentionsOf(bytes);
  const address = underHeapLock(() => {
    const block = take(LENGTH_BYTES + bytes.length, owner, mentions === undefined ? PLAIN : KEEPER);
    if (mentions !== undefined) keep(block, KEEPER_REFERENCES, mentions.addresses);
    return block;
  });
  const { words, index } = cellAt(address);
  words[index] = bytes.length;
  blockBytes(address).set(bytes, LENGTH_BYTES);
  return address;
}

/** Under the heap's lock: the parcel keeps these objects from now on. */
function keep(parcel: number, word: number, addresses: readonly number[]): void {
  const { words, index } = cellAt(parcel);
  words[index + word] = referTo(addresses);
}

function storeInExtent(bytes: Uint8Array, owner: number): number {
  const length = LENGTH_BYTES + bytes.length;
  const address = underHeapLock(() => {
    const extent = takeExtent(length);
    own(extent, owner);
    const mentions = mentionsOf(bytes);
    if (mentions !== undefined) keep(extent, EXTENT_REFERENCES, mentions.addresses);
    return extent;
  });
  try {
    const mapping = mapExtent(address, length);
    new Float64Array(mapping.buffer, 0, 1)[0] = bytes.length;
    new Uint8Array(mapping.buffer).set(bytes, LENGTH_BYTES);
    unmapExtent(mapping);
    return address;
  } catch (error) {
    free(address);
    throw error;
  }
}

/** Lets `use` look at the bytes where they lie; they must not be kept. */
export function readParcel<T>(address: number, use: (bytes: Uint8Array) => T): T {
  if (!isExtent(address)) {
    const { words, index } = cellAt(address);
    return use(blockBytes(address).subarray(LENGTH_BYTES, LENGTH_BYTES + words[index]!));
  }
  const mapping = mapExtent(address, lengthOfExtent(address));
  try {
    return use(new Uint8Array(mapping.buffer, LENGTH_BYTES));
  } finally {
    unmapExtent(mapping);
  }
}

/** How many bytes there are. */
export function parcelLength(address: number): number {
  if (isExtent(address)) return lengthOfExtent(address) - LENGTH_BYTES;
  const { words, index } = cellAt(address);
  return words[index]!;
}

/** Gives what `read` makes of the bytes, and frees the parcel. */
export function consumeParcel<T>(address: number, read: (bytes: Uint8Array) => T): T {
  try {
    return afterwards(readParcel(address, read), () => free(address));
  } catch (error) {
    free(address);
    throw error;
  }
}

/**
 * Does something when a value is there: at once, or when the promise for it is settled. A parcel stays until then, because
 * it keeps the objects that the value is about to refer to.
 */
export function afterwards<T>(value: T, done: () => void): T {
  if (value instanceof Promise) return value.finally(done) as T;
  done();
  return value;
}

function lengthOfExtent(address: number): number {
  const mapping = mapExtent(address, LENGTH_BYTES);
  const length = new Float64Array(mapping.buffer, 0, 1)[0]!;
  unmapExtent(mapping);
  return LENGTH_BYTES + length;
}

/** For a reader that takes the bytes as they are: whoever decodes them later, what they mention stays for good. */
export function keepMentioned(address: number): void {
  const { words, index } = cellAt(address);
  if (words[index + KIND] === KEEPER) words[index + KEEPER_REFERENCES] = 0;
  else if (words[index + KIND] === EXTENT) words[index + EXTENT_REFERENCES] = 0;
}

/** Takes a large parcel over: it lives as long as anything in this process refers to its memory. */
export function adoptParcel(address: number): Uint8Array {
  handOver(address, self());
  const { buffer, ...place } = mapExtent(address, lengthOfExtent(address));
  unreachable.register(buffer, { ...place, extent: address, stake: takeStake() });
  return new Uint8Array(buffer, LENGTH_BYTES);
}

interface Adopted {
  readonly address: number;
  readonly length: number;
  readonly extent: number;
  readonly stake: Stake;
}

const unreachable = new FinalizationRegistry((parcel: Adopted) => {
  unmapExtent(parcel);
  renounce(parcel.stake, () => free(parcel.extent));
});
