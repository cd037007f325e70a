import { unmapMemory, viewMemory, type Mapping } from '../system/memory.js';
import { EXTENT_PAGE } from './blocks.js';
import { mapExtent, reserveExtent } from './extent.js';
import { PAGE } from './layout.js';
import { cellAt } from './program.js';

/** An extent as this process has it mapped. */
export interface Mapped extends Mapping {
  readonly page: number;
  readonly length: number;
  /** How many use it at the moment. */
  users: number;
}

/**
 * Mappings of extents that nobody uses stay for a while, the last used ones longest: to map pages anew takes several times
 * as long as to copy them, and the same extents are used again and again.
 */
const KEPT_BYTES = 128 * 2 ** 20;

const kept = new Map<number, Mapped>();
let bytesKept = 0;

/** The first `bytes` of an extent; to be given back. */
export function borrowMapping(extent: number, bytes: number): Mapped {
  const { words, index } = cellAt(extent);
  const page = words[index + EXTENT_PAGE]!;
  const known = kept.get(page);
  if (known !== undefined && known.length >= bytes) {
    kept.delete(page); // behind the others
    kept.set(page, known);
    known.users++;
    reserveExtent(extent, bytes);
    return known;
  }
  const mapped: Mapped = { page, users: 1, ...mapExtent(extent, Math.ceil(bytes / PAGE) * PAGE) };
  // One that is too short goes when its last user gives it back.
  if (known !== undefined) forget(known);
  kept.set(page, mapped);
  bytesKept += mapped.length;
  return mapped;
}

export function giveMappingBack(mapped: Mapped): void {
  if (--mapped.users > 0) return;
  if (kept.get(mapped.page) !== mapped) unmapMemory(mapped);
  else if (bytesKept > KEPT_BYTES) evict();
}

/** The memory of a mapping as a buffer of its own, which the collector watches apart from others. */
export function viewOf({ address }: Mapped, bytes: number): ArrayBuffer {
  return viewMemory(address, bytes);
}

function evict(): void {
  for (const mapped of kept.values()) {
    if (bytesKept <= KEPT_BYTES) return;
    if (mapped.users === 0) forget(mapped);
  }
}

function forget(mapped: Mapped): void {
  kept.delete(mapped.page);
  bytesKept -= mapped.length;
  if (mapped.users === 0) unmapMemory(mapped);
}
