/** The picture of the README: for each row its contestants as bars, all on one log scale of time. Shorter is better. */

import type { ContestantResult, RowResult } from '../result.js';
import { best } from '../result.js';
import { nameOf, type Competitor } from '../row.js';
import { formatRatio, formatValue } from './format.js';

const width = 860;
const left = 230;
const right = width - 150;
const barHeight = 13;
const barStep = 18;
const titleHeight = 26;
const top = 90;
const bottom = 40;

// Light colours first; the media query of the style sheet has the dark ones.
const style = `
  .paper { fill: #ffffff } .ink { fill: #1f2328 } .pale { fill: #59636e } .line { stroke: #d1d9e0 }
  .ours { fill: #1a7f37 } .theirs { fill: #8c959f }
  text { font: 12px system-ui, sans-serif } .title { font-weight: 600 } .heading { font-size: 15px; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } .ink { fill: #e6edf3 } .pale { fill: #9198a1 } .line { stroke: #30363d }
    .ours { fill: #3fb950 } .theirs { fill: #6e7681 }
  }`;

/** Rows about memory, and rows that nobody but Manyfold is in, are left to the table. */
export function drawPicture(results: readonly RowResult[], subtitle: string): string {
  const rows = results.filter((row) => row.shown !== 'memory' && best(row, 'Manyfold') && best(row, 'a peer'));
  const bars = rows.map((row) => ({ row, shown: chosen(row) }));
  const height = bars.reduce((sum, { shown }) => sum + titleHeight + shown.length * barStep, top + bottom);
  const scale = logScale(bars.flatMap(({ shown }) => shown.map((one) => one.median)));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Time of one operation: Manyfold and its peers">`,
    `<style>${style}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}" rx="6"/>`,
    text(20, 28, 'ink heading', 'Time of one operation on a log scale: shorter is better'),
    text(20, 48, 'pale', 'The factor says how many times as long it takes as the best of Manyfold.'),
    text(20, 66, 'pale', subtitle),
    ...grid(scale, height),
  ];
  let y = top;
  for (const { row, shown } of bars) {
    parts.push(text(20, y + 17, 'ink title', row.title));
    y += titleHeight;
    for (const one of shown) {
      parts.push(...bar(row, one, y, scale));
      y += barStep;
    }
  }
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

/** All of ours, and the best of each peer, the fastest first. */
function chosen(row: RowResult): ContestantResult[] {
  const peers = new Set<Competitor>(row.contestants.map(({ by }) => by));
  peers.delete('Manyfold');
  const ours = row.contestants.filter(({ by, median }) => by === 'Manyfold' && median > 0);
  return [...ours, ...[...peers].flatMap((peer) => best(row, peer) ?? [])].toSorted((a, b) => a.median - b.median);
}

interface Scale {
  /** The powers of ten at its ends. */
  readonly from: number;
  readonly to: number;
  readonly x: (seconds: number) => number;
}

function logScale(values: readonly number[]): Scale {
  if (values.length === 0) return logScale([1e-9]);
  const from = Math.floor(Math.log10(Math.min(...values)));
  // The longest bar stays inside, and a scale of nothing has a length.
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  return { from, to, x: (seconds) => left + ((right - left) * (Math.log10(seconds) - from)) / (to - from) };
}

function grid({ from, to, x }: Scale, height: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)).flatMap((seconds) => {
    const at = x(seconds).toFixed(1);
    return [
      `<line class="line" x1="${at}" x2="${at}" y1="${top}" y2="${height - bottom + 8}"/>`,
      text(Number(at), height - bottom + 24, 'pale', formatValue(seconds, 'time'), 'middle'),
    ];
  });
}

function bar(row: RowResult, one: ContestantResult, y: number, { x, from }: Scale): string[] {
  const ours = best(row, 'Manyfold')!;
  const start = x(10 ** from);
  const length = Math.max(2, x(one.median) - start);
  const ratio = one === ours ? '' : `, ${formatRatio(one.median / ours.median)}`;
  const [kind, ink] = one.by === 'Manyfold' ? ['ours', 'ink'] : ['theirs', 'pale'];
  return [
    text(left - 8, y + 11, ink, nameOf(one), 'end'),
    `<rect class="${kind}" x="${start.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
    text(start + length + 6, y + 11, ink, `${formatValue(one.median, row.shown)}${ratio}`),
  ];
}

function text(x: number, y: number, kind: string, content: string, anchor = 'start'): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">${escaped}</text>`;
}
