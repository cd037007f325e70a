import { drawRandom } from '../system/random.js';

/**
 * V8 keeps the state of `Math.random` where no script can reach it, so a forked child would draw its siblings' numbers.
 * This puts a generator with a seed of its own in place: xoshiro128** (Blackman and Vigna, 2018), two draws a number for
 * the 53 bits of a double.
 */
export function reseedMathRandom(): void {
  const seed = new Int32Array(drawn.buffer);
  let [a, b, c, d] = [seed[0]!, seed[1]!, seed[2]!, seed[3]! | 1]; // not all zero
  const draw = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result >>> 0;
  };
  const random = (): number => ((draw() >>> 5) * 2 ** 26 + (draw() >>> 6)) / 2 ** 53;
  Object.defineProperty(Math, 'random', { value: random, writable: true, configurable: true });
}

/** In the server, before each fork: reading costs a child, whose memory is not its own yet, ten times as much. */
export function drawSeed(): void {
  drawRandom(drawn);
}

const drawn = new Uint8Array(16);

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
