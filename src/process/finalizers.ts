import fs from 'node:fs';
import { inspect } from 'node:util';
import { inForkedChild } from '../system/generation.js';

/** What is to be run at the end of this process, the newest last. */
const registry = new Map<object, Finalizer>();

export interface Finalizer {
  readonly priority: number | null;
  readonly run: () => unknown;
}

// What a parent has opened is not for its child to close.
inForkedChild(() => registry.clear());

export function register(key: object, finalizer: Finalizer): void {
  registry.set(key, finalizer);
}

/** False when it was not registered any more. */
export function unregister(key: object): boolean {
  return registry.delete(key);
}

export function isRegistered(key: object): boolean {
  return registry.has(key);
}

/** At its end a process has no turn left in which a warning could be shown. */
function complain(error: unknown): void {
  try {
    fs.writeSync(2, `a finalizer has failed: ${inspect(error)}\n`);
  } catch {
    // Nobody is left to read it.
  }
}

/** Runs those with this priority or a higher one: the highest first, and of equal ones the newest. */
export function runFinalizers(least: number): void {
  const due = [...registry].filter(([, { priority }]) => priority !== null && priority >= least).toReversed();
  for (const [key, finalizer] of due.toSorted(([, a], [, b]) => b.priority! - a.priority!)) {
    if (!unregister(key)) continue; // another one has run it
    try {
      finalizer.run();
    } catch (error) {
      complain(error);
    }
  }
}
