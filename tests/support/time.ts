import assert from 'node:assert/strict';

/** Milliseconds that something took. */
export async function timeOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Milliseconds within which others have to learn of a death. */
const SOON = 1000;

const ROUNDS = 5;

/** Does something that has to be over soon, and gives what it gives. */
export type Soon = <T>(work: () => T | PromiseLike<T>) => Promise<T>;

/**
 * The body of a test in which something has to be over soon, after a death say. It runs once, or again where it was not:
 * any machine holds up a process for a second now and then, but hardly five times running, and what is slow by itself is
 * slow each time.
 */
export function promptly(scenario: (soon: Soon) => Promise<void>): () => Promise<void> {
  return async () => {
    const longest: number[] = [];
    do {
      longest.push(0);
      await scenario(async (work) => {
        const start = performance.now();
        const result = await work();
        longest.push(Math.max(longest.pop()!, performance.now() - start));
        return result;
      });
    } while (longest.at(-1)! >= SOON && longest.length < ROUNDS);
    assert.ok(longest.at(-1)! < SOON, `it took ${longest.map(Math.round).join(', ')} ms`);
  };
}

/**
 * Does what goes by the clock, and is too late with this code on a machine that holds it up: once, or again as for
 * `promptly`.
 */
export async function byTheClock<T>(code: string, work: () => PromiseLike<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== code || round === ROUNDS) throw error;
    }
  }
}
