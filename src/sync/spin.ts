import { availableParallelism } from 'node:os';

/**
 * Looking again and again costs a processor; sleeping and being woken costs time, 15 to 40 us where processors are virtual.
 * Who looks for about that long before it sleeps pays at most twice what the better way would have cost. It does so while
 * that has helped of late. Where it has not, because what is waited for takes longer or because the one who is to bring it
 * needs this very processor, it looks only for a moment, and tries its luck once in a while.
 */
const LONG = 0.05; // milliseconds
const SHORT = 0.001;
const FAILURES_ALLOWED = 2;
const LUCKY_EACH = 64;

/** Looks between two glances at the clock. */
const LOOKS = 8;

// On one core, whoever is waited for cannot make progress while we spin.
const CAN_SPIN = availableParallelism() > 1;

let failures = 0;

/** Tries until something is there, for as long as it is likely to pay. */
export function spin<T>(attempt: () => T | undefined): T | undefined {
  if (!CAN_SPIN) return undefined;
  const long = failures < FAILURES_ALLOWED || failures % LUCKY_EACH === 0;
  const until = performance.now() + (long ? LONG : SHORT);
  do {
    for (let look = 0; look < LOOKS; look++) {
      const result = attempt();
      if (result === undefined) continue;
      if (long) failures = 0;
      return result;
    }
  } while (performance.now() < until);
  failures++;
  return undefined;
}
