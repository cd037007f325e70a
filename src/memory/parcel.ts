import {
  isExtent,
  KEPT,
  KIND,
  PARCEL,
  PARCEL_BACK,
  PARCEL_LENGTH,
  PARCEL_NEXT,
  PARCEL_REFERENCES,
  PARCEL_WORDS,
} from './blocks.js';
import { takeExtent } from './extent.js';
import { copyPacked, mentionedIn, type Packed } from './gathered.js';
import { blockBytes, free, handOver, SHARED, take, underHeapLock } from './heap.js';
import { renounce, takeStake, type Stake } from './inheritance.js';
import { WORD } from './layout.js';
import { borrowMapping, giveMappingBack, viewOf, type Mapped } from './mappings.js';
import { cellAt } from './program.js';
import { referTo } from './references.js';
import { self } from './slots.js';

/**
 * Bytes of any length in shared memory, named by one address: in a block behind eight words, or, when they are many, in an
 * extent, whose description has these words:
 *
 *   words 0..2   the extent's
 *   word 3       REFERENCES to the objects that the bytes mention
 *   words 4, 5   BACK and NEXT: where it goes when the process dies that has it in hand, see returns.ts
 *   words 6, 7   LENGTH in bytes
 */
const IN_BLOCK = PARCEL_WORDS * WORD;

/** From here on bytes lie in pages of their own, and need not be copied by the one who takes them over. */
const LONGEST_IN_BLOCK = 128 * 1024;

export function storeParcel(bytes: Packed, owner: number = SHARED): number {
  const mentions = mentionedIn(bytes)?.addresses;
  const store = bytes.length <= LONGEST_IN_BLOCK ? storeInBlock : storeInExtent;
  return store(bytes, owner, mentions);
}

type Addresses = readonly number[] | undefined;

function storeInBlock(bytes: Packed, owner: number, mentions: Addresses): number {
  const address = underHeapLock(() => prepare(take(IN_BLOCK + bytes.length, owner, PARCEL), bytes.length, mentions));
  return written(address, () => copyPacked(bytes, blockBytes(address), IN_BLOCK));
}

function storeInExtent(bytes: Packed, owner: number, mentions: Addresses): number {
  const address = underHeapLock(() => {
    const extent = takeExtent(bytes.length, owner);
    return prepare(extent, bytes.length, mentions);
  });
  return written(address, () => {
    const mapped = borrowMapping(address, bytes.length);
    try {
      copyPacked(bytes, new Uint8Array(mapped.buffer), 0);
    } finally {
      giveMappingBack(mapped);
    }
  });
}

/** The parcel, when `write` has filled it. */
function written(address: number, write: () => void): number {
  try {
    write();
    return address;
  } catch (error) {
    free(address);
    throw error;
  }
}

/** Under the heap's lock: writes what stands before the bytes. */
function prepare(address: number, length: number, mentions: Addresses): number {
  const { words, index } = cellAt(address);
  words[index + PARCEL_REFERENCES] = 0;
  words[index + PARCEL_BACK] = 0;
  words[index + PARCEL_NEXT] = 0;
  setLength(address, length);
  if (mentions !== undefined) words[index + PARCEL_REFERENCES] = referTo(mentions);
  return address;
}

function setLength(address: number, length: number): void {
  const { words, index } = cellAt(address);
  words[index + PARCEL_LENGTH] = length | 0;
  words[index + PARCEL_LENGTH + 1] = Math.floor(length / 2 ** 32);
}

/** How many bytes there are. */
export function parcelLength(address: number): number {
  const { words, index } = cellAt(address);
  return words[index + PARCEL_LENGTH + 1]! * 2 ** 32 + (words[index + PARCEL_LENGTH]! >>> 0);
}

/** An empty parcel of this process for up to `capacity` bytes, which stand in `room`; few enough for a block. */
export function openParcel(capacity: number): { readonly address: number; readonly room: Uint8Array } {
  const address = underHeapLock(() => prepare(take(IN_BLOCK + capacity, self(), PARCEL), 0, undefined));
  return { address, room: blockBytes(address).subarray(IN_BLOCK) };
}

export { setLength as setParcelLength };

/** Lets `use` look at the bytes where they lie; they must not be kept. */
export function readParcel<T>(address: number, use: (bytes: Uint8Array) => T): T {
  const length = parcelLength(address);
  if (!isExtent(address)) return use(blockBytes(address).subarray(IN_BLOCK, IN_BLOCK + length));
  const mapped = borrowMapping(address, length);
  try {
    return use(new Uint8Array(mapped.buffer, 0, length));
  } finally {
    giveMappingBack(mapped);
  }
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

/** For a reader that takes the bytes as they are: whoever decodes them later, what they mention stays for good. */
export function keepMentioned(address: number): void {
  const { words, index } = cellAt(address);
  const references = words[index + PARCEL_REFERENCES]!;
  if (references === 0) return;
  const block = cellAt(references);
  block.words[block.index + KIND] = KEPT;
  words[index + PARCEL_REFERENCES] = 0;
}

/** Takes a large parcel over: it lives as long as anything in this process refers to its memory. */
export function adoptParcel(address: number): Uint8Array {
  handOver(address, self());
  const length = parcelLength(address);
  const mapped = borrowMapping(address, length);
  const buffer = viewOf(mapped, length);
  unreachable.register(buffer, { mapped, extent: address, stake: takeStake() });
  return new Uint8Array(buffer);
}

interface Adopted {
  readonly mapped: Mapped;
  readonly extent: number;
  readonly stake: Stake;
}

const unreachable = new FinalizationRegistry(({ mapped, extent, stake }: Adopted) => {
  giveMappingBack(mapped);
  renounce(stake, () => free(extent));
});
