// Runs the programs of examples/seeds/: those of the tutorials from which people learn these APIs in Python, in TypeScript.
// Prints a table: id, what it shows, what is expected, what was observed.
//
//   npm run seeds                 everything
//   npm run seeds -- S003 timer   the lines and programs whose id or name contains one of these
//
// A program NAME.ts says in its first comment which lines of tests/conformance/seeds.tsv it shows:
//
//   // Seeds: S003-20, S003-24
//   // Note: what is true today, where the line is wrong or out of date       (may be left out)
//
// and NAME.txt beside it is what its Python original prints, line by line. Lines that follow each other and start with
// `~ ` may come in any order; a line `/.../` is a pattern for a whole line. The program ends with code 0, and prints
// nothing on stderr but what NAME.err.txt holds, where there is one.
//
// examples/seeds/claims.tsv has the lines that need no program of their own: id, the behaviours of CPython that show it
// (ids of tests/conformance/behaviours.tsv; their tests do), and a note, such as what is true where the line is wrong.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTable } from './conformance.mjs';
import { filesBelow, root } from './setup.mjs';
import { resultsFile } from './test.mjs';

const folder = join(root, 'examples/seeds');
const claimsFile = join(folder, 'claims.tsv');
const seedsFile = join(root, 'tests/conformance/seeds.tsv');
const limit = 30_000;

/** The ids and the note in the first comment of a program. */
export function headOf(source) {
  const lines = source.split('\n');
  const comment = lines
    .slice(
      0,
      Math.max(
        0,
        lines.findIndex((line) => !line.startsWith('//')),
      ),
    )
    .map((line) => line.slice(3));
  const text = comment.join(' ');
  return {
    ids: /\bSeeds: ((?:S\d{3}-\d{2}[,\s]*)+)/.exec(text)?.[1].match(/S\d{3}-\d{2}/g) ?? [],
    note: /\bNote: (.*)/.exec(text)?.[1].trim() ?? '',
  };
}

/** The first line in which the output is not as expected, as a sentence; undefined when it is. */
export function difference(expected, output) {
  const wanted = linesOf(expected);
  const lines = linesOf(output);
  for (let at = 0; at < wanted.length;) {
    const end = endOfGroup(wanted, at);
    const open = wanted.slice(at, end).map((line) => (line.startsWith('~ ') ? line.slice(2) : line));
    for (; at < end; at++) {
      const line = lines[at];
      const place = line === undefined ? -1 : open.findIndex((pattern) => fits(pattern, line));
      if (place < 0) return `line ${at + 1}: expected ${open.join(' or ')}, got ${line ?? 'nothing'}`;
      open.splice(place, 1);
    }
  }
  return lines.length > wanted.length ? `line ${wanted.length + 1}: not expected: ${lines[wanted.length]}` : undefined;
}

function linesOf(text) {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Where the lines end that may come in any order; a line without mark is alone. */
function endOfGroup(lines, start) {
  if (!lines[start].startsWith('~ ')) return start + 1;
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('~ '));
  return end < 0 ? lines.length : end;
}

function fits(pattern, line) {
  return /^\/.+\/$/.test(pattern) ? new RegExp(`^(?:${pattern.slice(1, -1)})$`).test(line) : pattern === line;
}

function programs() {
  return filesBelow(folder, /^[^/]+\.ts$/).map((file) => {
    const name = file.replace(/\.ts$/, '');
    const beside = (ending) => {
      const path = join(folder, `${name}${ending}`);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    };
    const { ids, note } = headOf(beside('.ts'));
    return { name, ids, note, expected: beside('.txt'), expectedErrors: beside('.err.txt') };
  });
}

/** Runs a program and gives what is wrong with it, or undefined. */
async function check({ name, expected, expectedErrors }) {
  const { stdout, stderr, code } = await run(join(root, 'build/examples/seeds', `${name}.js`));
  if (code !== 0) return `ended with ${code}: ${stderr || stdout}`.trim();
  const errors = difference(expectedErrors, stderr);
  return difference(expected, stdout) ?? (errors && `stderr, ${errors}`);
}

function run(file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const alarm = setTimeout(() => child.kill('SIGKILL'), limit);
    child.once('close', (code, signal) => {
      clearTimeout(alarm);
      resolve({ stdout, stderr, code: code ?? signal });
    });
  });
}

/** What the last whole run of the tests says of some behaviours. */
function tested(ids) {
  if (!existsSync(resultsFile)) return 'by npm test';
  const results = readTable(resultsFile);
  const failed = ids.filter((id) => {
    const runs = results.filter(({ outcome, title }) => outcome !== 'skip' && title.includes(id));
    return runs.length === 0 || runs.some(({ outcome }) => outcome === 'fail');
  });
  return failed.length > 0 ? `not tested: ${failed.join(', ')}` : 'as expected';
}

/**
 * The lines that are neither shown by a program nor by a test; those that are wrong or out of date, and where nothing says
 * what is true; and the names of lines and behaviours that nobody knows.
 */
export function gaps() {
  const lines = readTable(seedsFile);
  const seeds = new Set(lines.map(({ id }) => id));
  const behaviours = new Set(readTable(join(root, 'tests/conformance/behaviours.tsv')).map(({ id }) => id));
  const claims = readTable(claimsFile);
  const all = programs();
  const named = [...claims.map(({ id }) => id), ...all.flatMap(({ ids }) => ids)];
  const noted = new Set([
    ...claims.filter(({ note }) => note).map(({ id }) => id),
    ...all.filter(({ note }) => note).flatMap(({ ids }) => ids),
  ]);
  return {
    open: [...seeds].filter((id) => !named.includes(id)),
    unnoted: lines.filter((line) => line.seed_error_or_outdated && !noted.has(line.id)).map(({ id }) => id),
    unknown: [
      ...named.filter((id) => !seeds.has(id)),
      ...claims.flatMap(({ shown_by: ids }) => ids.split(/[,\s]+/)).filter((id) => id !== '' && !behaviours.has(id)),
      ...all.filter(({ ids }) => ids.length === 0).map(({ name }) => `${name}.ts`),
    ],
  };
}

async function main(patterns) {
  const seeds = readTable(seedsFile);
  const claims = new Map(readTable(claimsFile).map((claim) => [claim.id, claim]));
  const wanted = (...names) =>
    patterns.length === 0 || patterns.some((pattern) => names.some((name) => name.includes(pattern)));

  const all = programs();
  const { unknown, unnoted } = gaps();
  const complaints = [
    ...unknown.map((name) => `${name} names no line of seeds.tsv, or is none`),
    ...unnoted.map((id) => `${id} is wrong or out of date, and no note says what is true`),
  ];

  const outcomes = new Map();
  const waiting = all.filter(({ name, ids }) => wanted(name, ...ids));
  const runNext = async () => {
    for (let program; (program = waiting.shift());) outcomes.set(program.name, await check(program));
  };
  // Most of their time they sleep, as the originals do.
  await Promise.all(Array.from({ length: 4 }, runNext));

  let open = 0;
  for (const { id, demonstrates, expected_observable: expected } of seeds) {
    const by = all.filter(({ ids }) => ids.includes(id));
    if (!wanted(id, ...by.map(({ name }) => name))) continue;
    const claim = claims.get(id);
    const ids = claim?.shown_by.split(/[,\s]+/).filter(Boolean) ?? [];
    const notes = [...by, claim].map((one) => one?.note).filter(Boolean);
    print(id, demonstrates);
    print('', `expected: ${expected}`);
    for (const { name } of by) print('', `${name}.ts: ${outcomes.get(name) ?? 'as expected'}`);
    if (ids.length > 0) print('', `${ids.join(', ')}: ${tested(ids)}`);
    for (const note of notes) print('', `note: ${note}`);
    if (by.length > 0 || claim) continue;
    print('', 'OPEN: neither a program nor a test');
    open++;
  }

  for (const complaint of complaints) console.error(complaint);
  const failed = [...outcomes].filter(([, wrong]) => wrong !== undefined);
  for (const [name, wrong] of failed) console.error(`examples/seeds/${name}.ts: ${wrong}`);
  console.log(`\n${outcomes.size} programs, ${failed.length} of them not as expected; ${open} lines of seeds.tsv open`);
  process.exitCode = failed.length + complaints.length + open > 0 ? 1 : 0;
}

function print(id, text) {
  console.log(`${id.padEnd(8)} ${text}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
