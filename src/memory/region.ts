import { viewMemory } from '../system/memory.js';
import { KIND, LARGEST_BLOCK } from './blocks.js';
import { clearExtent, mapExtent, takeExtent, unmapExtent } from './extent.js';
import { attach } from './holdings.js';
import { link } from './links.js';
import { createObject, REGION, SIMPLE } from './objects.js';
import { cellAt, systemAddress } from './program.js';
import { onDisposal, releaseAt } from './release.js';
import { self } from './slots.js';

/**
 * Memory of any size that several processes use at the same time: an object, whose data are the memory itself if it is
 * small, and otherwise one word, the address of an extent.
 */
export function createRegion(bytes: number): number {
  if (bytes <= LARGEST_BLOCK) return createObject(bytes, SIMPLE);
  return createObject(EXTENT_BYTES, REGION, (region) => {
    const extent = takeExtent(bytes, self());
    clearExtent(extent);
    link(extent, region);
  });
}

const EXTENT_BYTES = 4;

/**
 * The region as a buffer of its own, zeros at first. It is there for as long as the buffer, or a view of it, is reachable:
 * views are made of views, so nothing else would do.
 */
export function openRegion(address: number, bytes: number): ArrayBuffer {
  const buffer = bufferOf(address, bytes);
  attach(buffer, address);
  return buffer;
}

function bufferOf(address: number, bytes: number): ArrayBuffer {
  const cell = cellAt(address);
  if (cell.words[cell.index + KIND] === SIMPLE) return viewMemory(systemAddress(cell), bytes);
  const mapping = mapExtent(cell.words[cell.index]!, bytes);
  unreachable.register(mapping.buffer, { address: mapping.address, length: mapping.length });
  return mapping.buffer;
}

const unreachable = new FinalizationRegistry(unmapExtent);

onDisposal(REGION, (address) => releaseAt(address));
