/**
 * The library as the bench uses it. What does not exist yet is typed here and undefined when the bench runs: the rows
 * that need it are skipped.
 */

import * as manyfold from 'manyfold';

interface Pool {
  map<T, R>(fn: (item: T) => R, items: Iterable<T>, options?: { chunksize?: number }): Promise<Awaited<R>[]>;
  apply<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): Promise<Awaited<R>>;
  applyAsync<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): PromiseLike<Awaited<R>>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Planned {
  readonly Pool: new (processes: number) => Pool;
}

export const api = manyfold as unknown as Omit<typeof manyfold, keyof Planned> & Planned;

/** Which of these names the library does not export. */
export function missing(names: readonly string[]): string[] {
  return names.filter((name) => !(name in manyfold));
}
