// npm run bench [-- ROW... --rounds N --quick]: measures Manyfold and its peers, and writes what came out.

import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseOptions, type BenchOptions } from './options.js';
import { describeMachine, nameVersions } from './report/machine.js';
import { writePage } from './report/page.js';
import { drawPicture } from './report/picture.js';
import { formatRatio, formatValue } from './report/format.js';
import { peerWins } from './report/table.js';
import { best, type RowResult } from './result.js';
import { nameOf } from './row.js';
import { rows } from './rows/all.js';
import { runRow } from './rounds.js';

const root = new URL('../../', import.meta.url);
const ids = rows.map(({ id }) => id);

function readOptions(): BenchOptions {
  try {
    return parseOptions(process.argv.slice(2), ids);
  } catch (error) {
    console.error(`${(error as Error).message}\nusage: npm run bench [-- ROW... --rounds N --quick]`);
    return process.exit(2);
  }
}

function printRow(row: RowResult): void {
  const ours = best(row, 'Manyfold');
  for (const one of row.contestants.toSorted((a, b) => a.median - b.median)) {
    const ratio = ours === undefined || one === ours ? '' : formatRatio(one.median / ours.median);
    console.log(`  ${nameOf(one).padEnd(32)} ${formatValue(one.median, row.shown).padStart(10)} ${ratio.padStart(8)}`);
  }
}

const options = readOptions();
const machine = describeMachine();
const date = new Date();
console.log(`${machine.cores} cores of ${machine.cpu}; ${nameVersions(machine)}; ${options.rounds} rounds\n`);

const results: RowResult[] = [];
for (const row of rows.filter(({ id }) => options.rows.length === 0 || options.rows.includes(id))) {
  console.log(`${row.title} [${row.id}]`);
  const result = await runRow(row, {
    rounds: options.rounds,
    scale: options.quick ? 0.1 : 1,
    python: 'cpython' in machine.versions,
    log: console.log,
  });
  printRow(result);
  if (result.contestants.length > 0) results.push(result);
}

const wins = peerWins(results);
console.log(`\nWhere a peer wins: ${wins.length === 0 ? 'nowhere' : `\n  ${wins.join('\n  ')}`}`);

// What is published is a whole run; any other is only to be looked at.
const published = !options.quick && options.rows.length === 0;
const raw = new URL('bench/results/', root);
const pages = published ? new URL('docs/', root) : raw;
mkdirSync(raw, { recursive: true });
const rawFile = new URL(`${date.toISOString().replaceAll(':', '-')}.json`, raw);
writeFileSync(rawFile, `${JSON.stringify({ date, ...options, machine, results }, null, 2)}\n`);
writeFileSync(new URL('bench.md', pages), writePage(results, machine, options.rounds, date));
writeFileSync(new URL('bench.svg', pages), drawPicture(results, `${machine.cpu}; ${nameVersions(machine)}`));
for (const url of [rawFile, new URL('bench.md', pages), new URL('bench.svg', pages)]) {
  console.log(`written: ${relative('.', fileURLToPath(url))}`);
}
