import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Ids of rows; none: all of them. */
  readonly rows: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
}

/** Reads the command line; throws an error whose message says what is wrong with it. */
export function parseOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rounds: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw new Error(`no such row: ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds takes a number from 1 on, not ${values.rounds}`);
  return { rows: positionals, rounds, quick: values.quick };
}
