import { OBJECT } from './blocks.js';
import { take, underHeapLock } from './heap.js';
import { release } from './release.js';
import { self } from './slots.js';

/**
 * What locks, queues, pipes and shared values are made of: a block that lives for as long as anybody refers to it.
 *
 *   private   only its creator knows it: owned by that process, and freed as soon as that lets go of it, or dies
 *   shared    it has travelled: kept by references (references.ts), freed by whoever finds that there are none (collect.ts)
 *
 * `attach` (holdings.ts) binds it to objects of JavaScript, and `mention` to the messages in which it travels. A class that
 * does neither has to free its blocks itself.
 */
export const SIMPLE = OBJECT;
/** Kinds that have parts; each says by `onDisposal` how these are freed. */
export const REGION = OBJECT + 1;
export const STORE = OBJECT + 2;
export const PERMITS = OBJECT + 3;
export const ARRIVALS = OBJECT + 4;
export const NOTICES = OBJECT + 5;
export const LEDGER = OBJECT + 6;
export const LANE = OBJECT + 7;

/** A private object of zeros. `build` gives it its parts, still under the heap's lock. */
export function createObject(bytes: number, kind: number = SIMPLE, build?: (address: number) => void): number {
  return underHeapLock(() => {
    const address = take(bytes, self(), kind);
    try {
      build?.(address);
    } catch (error) {
      release(address);
      throw error;
    }
    return address;
  });
}
