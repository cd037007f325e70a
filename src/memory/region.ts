import { isExtent, LARGEST_BLOCK } from './blocks.js';
import { clearExtent, mapExtent, takeExtent, unmapExtent } from './extent.js';
import { allocate, blockBytes, SHARED, underHeapLock } from './heap.js';
import { own } from './release.js';

/** Memory of any size that several processes use at the same time, named by one address. */
export function createRegion(bytes: number): number {
  if (bytes <= LARGEST_BLOCK) return allocate(bytes);
  return underHeapLock(() => {
    const address = takeExtent(bytes);
    clearExtent(address);
    own(address, SHARED);
    return address;
  });
}

/** The region as bytes, zeros at first. Large ones are mapped for as long as the view, or one made of it, is reachable. */
export function openRegion(address: number, bytes: number): Uint8Array {
  if (!isExtent(address)) return blockBytes(address).subarray(0, bytes);
  const mapping = mapExtent(address, bytes);
  unreachable.register(mapping.buffer, { address: mapping.address, length: mapping.length });
  return new Uint8Array(mapping.buffer);
}

const unreachable = new FinalizationRegistry(unmapExtent);
