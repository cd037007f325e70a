import { missing } from './api.js';
import { limits } from './peers/limits.js';
import { resultOf, type RowResult } from './result.js';
import { nameOf, type Contestant, type Row } from './row.js';
import { runContestant } from './run-contestant.js';

export interface RoundOptions {
  readonly rounds: number;
  /** By how much less each contestant repeats what it measures; 1 in a run that counts. */
  readonly scale: number;
  readonly python: boolean;
  readonly log: (line: string) => void;
}

/**
 * Measures one row: round after round, each contestant in turn, so that a machine that is busy for a while is busy for
 * all of them. Who cannot run is left out, with a line that says why.
 */
export async function runRow(row: Row, { rounds, scale, python, log }: RoundOptions): Promise<RowResult> {
  const samples = new Map<Contestant, number[]>();
  for (const contestant of row.contestants) {
    const reason = reasonToSkip(contestant, python);
    if (reason === undefined) samples.set(contestant, []);
    else log(`  skipped: ${nameOf(contestant)}: ${reason}`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [contestant, values] of samples) {
      try {
        values.push(await runContestant(row, contestant, scale));
      } catch (error) {
        samples.delete(contestant);
        log(`  failed: ${nameOf(contestant)}: ${(error as Error).message}`);
      }
    }
  }
  return resultOf(row, [...samples]);
}

function reasonToSkip({ needs, measure }: Contestant, python: boolean): string | undefined {
  const lacking = missing(needs);
  if (lacking.length > 0) return `manyfold does not have ${lacking.join(', ')} yet`;
  if (typeof measure === 'function') return undefined;
  if ('python' in measure) return python ? undefined : 'there is no python3';
  if (limits() === undefined) return 'there is no C compiler (cc)';
  return undefined;
}
