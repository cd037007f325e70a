import { availableParallelism } from 'node:os';

/**
 * Looking again and again costs a processor; sleeping and being woken costs time, 15 to 40 us where processors are virtual.
 * Who looks for about that long before it sleeps pays at most twice what the better way would have cost. It does so while
 * that has helped of late. Where it has not, because what is waited for takes longer or because the one who is to bring it
 * needs this very processor, it tries its luck only once in a while.
 */
export class Luck {
  private failures = 0;

  /** For how long (ms) to look; undefined on a single core: whoever is waited for could not get any further meanwhile. */
  time(): number | undefined {
    if (!CAN_SPIN) return undefined;
    return this.failures < FAILURES_ALLOWED || this.failures % LUCKY_EACH === 0 ? LONG : 0;
  }

  had(): void {
    this.failures = 0;
  }

  missed(): void {
    this.failures++;
  }
}

const LONG = 0.05;
const FAILURES_ALLOWED = 2;
const LUCKY_EACH = 64;
const CAN_SPIN = availableParallelism() > 1;
