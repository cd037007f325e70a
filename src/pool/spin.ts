import { availableParallelism } from 'node:os';
import type { Waitable } from '../sync/wait.js';
import { Luck } from './luck.js';

// To be woken takes a worker as long as some small tasks. On one core nobody could give it a task while it spins.
const SPIN = availableParallelism() > 1 ? 0.05 : 0;
const LOOKS = 20;

const luck = new Luck();

/** Looks for something for some microseconds without sleeping, if that has been of use lately. */
export function spin<T>(waitable: Waitable<T>): T | undefined {
  const found = waitable.attempt(false);
  if (found !== undefined || SPIN === 0 || !luck.isWorthATry()) return found;
  const end = performance.now() + SPIN;
  do {
    for (let look = 0; look < LOOKS; look++) {
      const result = waitable.attempt(false);
      if (result === undefined) continue;
      luck.had(true);
      return result;
    }
  } while (performance.now() < end);
  luck.had(false);
  return undefined;
}
