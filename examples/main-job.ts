// Measures each source file below a folder, first in one process, then in one for each core: npm start [-- DIR]

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cpuCount, Pool } from 'manyfold';
import { listSources } from './main-job/files.js';
import { describeRuns, nameProcesses, type FileReport, type Run } from './main-job/report.js';
import { measureSyntax } from './main-job/syntax.js';

const folder = resolve(process.argv[2] ?? 'node_modules');
const files = listSources(folder);
if (files.length === 0) {
  console.log(`There is no source file below ${folder}.`);
  process.exit();
}

const level = 9;
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');

// What the processes of the pool run: a function of this very file. It travels to them with all that it uses, whether
// that is a constant (folder, level), another function (sha256), or something that this file imports.
function measure(file: string): FileReport {
  const path = relative(folder, file);
  try {
    const bytes = readFileSync(file);
    const report = { path, bytes: bytes.length, sha256: sha256(bytes), gzip: gzipSync(bytes, { level }).length };
    try {
      return { ...report, ...measureSyntax(path, bytes.toString()) };
    } catch (error) {
      return { ...report, problem: `cannot be parsed: ${String(error)}` };
    }
  } catch (error) {
    return { path, problem: `cannot be read: ${String(error)}` };
  }
}

async function measureAll(processes: number): Promise<Run> {
  const start = performance.now();
  const reports: FileReport[] = [];
  if (process.stderr.isTTY) console.error(`${nameProcesses(processes)}:`);
  await using pool = new Pool(processes);
  const options = { chunksize: 4, progress: true };
  for await (const report of pool.imapUnordered(measure, files, options)) reports.push(report);
  reports.sort((a, b) => (a.path < b.path ? -1 : 1)); // they came in the order in which they were ready
  return { processes, seconds: (performance.now() - start) / 1000, digest: sha256(JSON.stringify(reports)), reports };
}

const one = await measureAll(1);
const all = await measureAll(cpuCount());
console.log(describeRuns(folder, one, all));
process.exitCode = one.digest === all.digest ? 0 : 1;
