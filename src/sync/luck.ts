import { availableParallelism } from 'node:os';

/**
 * Looking again and again costs a processor; sleeping and being woken costs time, 15 to 40 us where processors are virtual.
 * Who looks for about that long before it sleeps pays at most twice what the better way would have cost. It does so while
 * that has helped of late. Where it has not, because what is waited for takes longer or because the one who is to bring it
 * needs this very processor, it tries its luck again after a while, and after twice as long each time that it has not helped.
 */
export class Luck {
  private failures = 0;
  /** Waits to come before the next try. */
  private pause = 0;

  /** For how long (ms) to look; undefined on a single core: whoever is waited for could not get any further meanwhile. */
  time(): number | undefined {
    if (!CAN_SPIN) return undefined;
    if (this.pause === 0) return LONG;
    this.pause--;
    return 0;
  }

  /** It has helped to look. */
  had(): void {
    this.failures = 0;
  }

  /** It has not. */
  missed(): void {
    this.failures = Math.min(this.failures + 1, MOST_FAILURES);
    this.pause = this.failures < FAILURES_ALLOWED ? 0 : 2 ** (this.failures - FAILURES_ALLOWED);
  }
}

const LONG = 0.05;
const FAILURES_ALLOWED = 2;
const MOST_FAILURES = FAILURES_ALLOWED + 6; // 64 waits
const CAN_SPIN = availableParallelism() > 1;
