import type { Waitable } from '../sync/wait.js';

/**
 * How `wait` asks an object when it is ready: `object[readiness]()` gives something to wait for in shared memory, or a
 * descriptor that becomes readable.
 */
export const readiness: unique symbol = Symbol.for('manyfold.readiness') as never;

export type Readiness = MemoryReadiness | DescriptorReadiness;

interface CanClose {
  /** Aborted when the object is closed in this process: its reason is what the wait ends with. */
  readonly closed?: AbortSignal | undefined;
}

export interface MemoryReadiness extends CanClose {
  readonly waitable: Waitable<true>;
}

export interface DescriptorReadiness extends CanClose {
  readonly fd: number;
  /** Whether it is ready although the descriptor is not readable, because this process has read ahead. */
  isReady?(): boolean;
}

export interface HasReadiness {
  [readiness](): Readiness;
}
