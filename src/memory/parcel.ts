import { isExtent, LARGEST_BLOCK } from './blocks.js';
import { mapExtent, takeExtent, unmapExtent } from './extent.js';
import { allocate, blockBytes, free, handOver, own, SHARED, underHeapLock } from './heap.js';
import { cellAt } from './program.js';
import { self } from './slots.js';

/** Bytes of any length in shared memory, named by one address: a block, or an extent when they are many. */
const LENGTH_BYTES = 8;

export function storeParcel(bytes: Uint8Array, owner: number = SHARED): number {
  return bytes.length + LENGTH_BYTES <= LARGEST_BLOCK ? storeInBlock(bytes, owner) : storeInExtent(bytes, owner);
}

function storeInBlock(bytes: Uint8Array, owner: number): number {
  const address = allocate(LENGTH_BYTES + bytes.length, owner);
  const { words, index } = cellAt(address);
  words[index] = bytes.length;
  blockBytes(address).set(bytes, LENGTH_BYTES);
  return address;
}

function storeInExtent(bytes: Uint8Array, owner: number): number {
  const length = LENGTH_BYTES + bytes.length;
  const address = underHeapLock(() => {
    const extent = takeExtent(length);
    own(extent, owner);
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

function lengthOfExtent(address: number): number {
  const mapping = mapExtent(address, LENGTH_BYTES);
  const length = new Float64Array(mapping.buffer, 0, 1)[0]!;
  unmapExtent(mapping);
  return LENGTH_BYTES + length;
}

/** Takes a large parcel over: it lives as long as anything in this process refers to its memory. */
export function adoptParcel(address: number): Uint8Array {
  handOver(address, self());
  const { buffer, ...place } = mapExtent(address, lengthOfExtent(address));
  unreachable.register(buffer, { ...place, extent: address });
  return new Uint8Array(buffer, LENGTH_BYTES);
}

const unreachable = new FinalizationRegistry((parcel: { address: number; length: number; extent: number }) => {
  unmapExtent(parcel);
  free(parcel.extent);
});
