import { best, type ContestantResult, type RowResult } from '../result.js';
import { nameOf, type Competitor } from '../row.js';
import { formatRatio, formatValue } from './format.js';

const peers: readonly Competitor[] = [
  'CPython',
  'child_process',
  'worker_threads',
  'piscina',
  'tinypool',
  'workerpool',
  'poolifier',
  'other queues',
];

/** The rows as Markdown: the best of each competitor, and of C, and by how much that is more than the best of Manyfold. */
export function ratioTable(results: readonly RowResult[]): string {
  const others = [...peers, 'the limit'] as const;
  const header = ['work', 'Manyfold', ...others];
  const lines = results.map((row) => {
    const ours = best(row, 'Manyfold');
    return [row.title, cell(row, ours), ...others.map((other) => cell(row, best(row, other), ours))];
  });
  return markdown([header, header.map(() => '---'), ...lines]);
}

/** Every contestant of every row, with its slowest and its fastest round. */
export function fullTable(results: readonly RowResult[]): string {
  const header = ['work', 'who', 'median', 'best to worst round', 'to the best of Manyfold'];
  const lines = results.flatMap((row) =>
    row.contestants.map((one, i) => {
      const [least, most] = [Math.min(...one.samples), Math.max(...one.samples)];
      const spread = `${formatValue(least, row.shown)} to ${formatValue(most, row.shown)}`;
      const ours = best(row, 'Manyfold');
      const ratio = ours === undefined ? '' : formatRatio(one.median / ours.median);
      return [i === 0 ? row.title : '', nameOf(one), formatValue(one.median, row.shown), spread, ratio];
    }),
  );
  return markdown([header, header.map(() => '---'), ...lines]);
}

/** One line for each row where the best of the peers is better than the best of Manyfold. */
export function peerWins(results: readonly RowResult[]): string[] {
  return results.flatMap((row) => {
    const [ours, peer] = [best(row, 'Manyfold'), best(row, 'a peer')];
    if (ours === undefined || peer === undefined || peer.median >= ours.median) return [];
    const [theirs, own] = [formatValue(peer.median, row.shown), formatValue(ours.median, row.shown)];
    return [`${row.title}: ${nameOf(peer)} ${theirs}, ${nameOf(ours)} ${own}`];
  });
}

function cell(row: RowResult, one?: ContestantResult, ours?: ContestantResult): string {
  if (one === undefined) return '';
  const value = formatValue(one.median, row.shown);
  const how = one.how === '' ? '' : ` (${one.how})`;
  return ours === undefined ? `${value}${how}` : `${value}${how}, **${formatRatio(one.median / ours.median)}**`;
}

function markdown(lines: readonly (readonly string[])[]): string {
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}
