import { median } from './median.js';
import type { Competitor, Contestant, Row, Shown } from './row.js';

/** What came out of one row: who was measured, each with one sample a round. */
export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly shown: Shown;
  readonly contestants: readonly ContestantResult[];
}

export interface ContestantResult {
  readonly by: Competitor;
  readonly how: string;
  /** Seconds of one operation; bytes in a row about memory. Less is better, always. */
  readonly median: number;
  readonly samples: readonly number[];
}

export function resultOf(row: Row, measured: readonly [Contestant, readonly number[]][]): RowResult {
  const contestants = measured.map(([{ by, how }, samples]) => ({ by, how, median: median(samples), samples }));
  return { id: row.id, title: row.title, shown: row.shown, contestants };
}

/**
 * The best of its contestants, among those by one competitor or by all that are not Manyfold. What a pool adds to a task can
 * come out below nothing on a busy machine: that is no figure to compare with.
 */
export function best({ contestants }: RowResult, by: Competitor | 'a peer'): ContestantResult | undefined {
  const eligible = contestants.filter((one) =>
    by === 'a peer' ? one.by !== 'Manyfold' && one.by !== 'the limit' : one.by === by,
  );
  return eligible.filter((one) => one.median > 0).toSorted((a, b) => a.median - b.median)[0];
}
