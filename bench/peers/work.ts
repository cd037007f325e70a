/** Work as people have it, the same for all pools. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { parse } from '@babel/parser';

export type Work =
  | { readonly kind: 'hash and gzip' | 'parse'; readonly file: string }
  | { readonly kind: 'invert'; readonly pixels: Uint8Array }
  | { readonly kind: 'pi'; readonly samples: number };

export default function work(task: Work): unknown {
  if (task.kind === 'invert') return task.pixels.map((value) => 255 - value);
  if (task.kind === 'pi') return pi(task.samples);
  const bytes = readFileSync(task.file);
  if (task.kind === 'hash and gzip') return [createHash('sha256').update(bytes).digest('hex'), gzipSync(bytes).length];
  return statementsIn(bytes.toString());
}

/** undefined for a file that is not of the language. */
function statementsIn(text: string): number | undefined {
  try {
    return parse(text, { sourceType: 'unambiguous', plugins: [['typescript', { dts: true }]] }).program.body.length;
  } catch {
    return undefined;
  }
}

/** Points that a worker of this kind of machine samples in a millisecond. */
export const SAMPLES = 16_000;

/** The share of points of the unit square that lie in the circle, by a generator of its own: the same on every run. */
export function pi(samples: number): number {
  let inside = 0;
  let seed = 42;
  const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  for (let sample = 0; sample < samples; sample++) {
    const [x, y] = [next(), next()];
    if (x * x + y * y < 1) inside++;
  }
  return (4 * inside) / samples;
}
