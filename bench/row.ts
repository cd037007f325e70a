/** A question of the bench, and who answers it. */

/** 'the limit' is nobody's: what the same costs in C. */
export type Competitor =
  | 'Manyfold'
  | 'CPython'
  | 'child_process'
  | 'worker_threads'
  | 'piscina'
  | 'tinypool'
  | 'workerpool'
  | 'poolifier'
  | 'other queues'
  | 'the limit';

/** How the seconds of a row are shown: as they are, as operations or as bytes in a second. A row may also be about bytes. */
export type Shown = 'time' | 'rate' | { readonly bandwidth: number } | 'memory';

/**
 * Measures once, in a program that does nothing else, and returns the seconds of one operation (or the bytes, where the
 * row is about memory). It repeats what it measures `times(n)` times: fewer in a quick run.
 */
export type Measure = (times: (n: number) => number) => number | Promise<number>;

export interface Contestant {
  readonly by: Competitor;
  /** Which of its ways, where it has several. */
  readonly how: string;
  /** The exports of manyfold without which this cannot run. */
  readonly needs: readonly string[];
  /** Measured by this function, by this one of peers/cpython.py with this argument, or by peers/limits.c. */
  readonly measure: Measure | { readonly python: string; readonly argument: string } | Limit;
}

/** A mode of peers/limits.c, how many processes take part, and how often they do it together. */
export interface Limit {
  readonly mode: 'turns' | 'megabyte' | 'lock' | 'semaphore';
  readonly processes: number;
  readonly count: number;
}

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly shown: Shown;
  readonly contestants: readonly Contestant[];
}

export function ours(how: string, needs: readonly string[], measure: Measure): Contestant {
  return { by: 'Manyfold', how, needs, measure };
}

export function peer(by: Competitor, how: string, measure: Measure): Contestant {
  return { by, how, needs: [], measure };
}

export function cpython(python: string, argument = '', how = argument): Contestant {
  return { by: 'CPython', how, needs: [], measure: { python, argument } };
}

export function limit(how: string, mode: Limit['mode'], processes: number, count: number): Contestant {
  return { by: 'the limit', how, needs: [], measure: { mode, processes, count } };
}

export function nameOf({ by, how }: Pick<Contestant, 'by' | 'how'>): string {
  return how === '' ? by : `${by}, ${how}`;
}

/** The seconds that each of `count` operations took, when `run` does them all. */
export async function secondsEach(count: number, run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000 / count;
}
