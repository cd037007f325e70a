import { yieldCpu } from '../system/cpu.js';
import { Luck } from './luck.js';

const SHORT = 0.001; // milliseconds

/** Looks between two glances at the clock. */
const LOOKS = 8;

const luck = new Luck();

/** Tries until something is there, for as long as it is likely to pay; at least for a moment. */
export function spin<T>(attempt: () => T | undefined): T | undefined {
  const time = luck.time();
  if (time === undefined) return undefined;
  const until = performance.now() + Math.max(time, SHORT);
  do {
    for (let look = 0; look < LOOKS; look++) {
      const result = attempt();
      if (result === undefined) continue;
      if (time > 0) luck.had();
      return result;
    }
    yieldCpu(); // to the one who is to bring it, should it have been woken on this very processor
  } while (performance.now() < until);
  if (time > 0) luck.missed();
  return undefined;
}
