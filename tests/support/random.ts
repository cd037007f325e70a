/** Numbers that look random and can be had again: a failing run prints the seed that repeats it. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** With a new seed, or the one in TEST_SEED, printed. */
  static printed(): Random {
    const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);
    console.log(`TEST_SEED=${seed}`);
    return new Random(seed);
  }

  /** A whole number from 0 to `limit` - 1 (mulberry32). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }
}
