// Holds the tests against the list of CPython's behaviours. A behaviour is *tested* when a test whose title starts with
// its id ran and passed, for every start method it ran for; *not applicable* when tests/conformance/not-applicable.tsv
// says why; *open* otherwise. With areas as arguments, the exit code is 1 while any of them has an open behaviour.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, writtenAt } from './setup.mjs';
import { resultsFile, runTests } from './test.mjs';

/** The rows of a table with a header line, as objects. */
export function readTable(path) {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const columns = header.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((cell, at) => [columns[at], cell])));
}

/** Counts per area: `{ area, tested, notApplicable, open: [id, ...] }`, in the order of the list. */
export function report(behaviours, notApplicable, results) {
  const excused = new Set(notApplicable.map(({ id }) => id));
  const areas = new Map();
  for (const { id, area } of behaviours) {
    const row = areas.get(area) ?? { area, tested: 0, notApplicable: 0, open: [] };
    areas.set(area, row);
    // A title may name several behaviours: 'process-007 process-008 before and after the start [spawn]'.
    const runs = results.filter(({ outcome, title }) => outcome !== 'skip' && idsOf(title).includes(id));
    if (runs.length > 0 && runs.every(({ outcome }) => outcome === 'pass')) row.tested += 1;
    else if (excused.has(id)) row.notApplicable += 1;
    else row.open.push(id);
  }
  return [...areas.values()];
}

function idsOf(title) {
  return /^(?:[a-z_]+-\d{3}[\s,:]+)+/.exec(`${title} `)?.[0].split(/[\s,:]+/) ?? [];
}

/** Complaints about the table of what does not apply: each line names a behaviour of the list and gives a reason. */
export function mistakes(behaviours, notApplicable) {
  const known = new Set(behaviours.map(({ id }) => id));
  return notApplicable.flatMap(({ id, reason }) => [
    ...(known.has(id) ? [] : [`not-applicable.tsv: there is no behaviour '${id}'`]),
    ...(reason?.trim() ? [] : [`not-applicable.tsv: '${id}' has no reason`]),
  ]);
}

function isFresh() {
  const tested = writtenAt(resultsFile);
  return (
    ['library.stamp', 'tests.stamp'].every((stamp) => writtenAt(join(root, 'build', stamp)) <= tested) && tested > 0
  );
}

async function main(areas) {
  if (!isFresh()) await runTests([]);
  const behaviours = readTable(join(root, 'tests/conformance/behaviours.tsv'));
  const notApplicable = readTable(join(root, 'tests/conformance/not-applicable.tsv'));
  const rows = report(behaviours, notApplicable, readTable(resultsFile));
  const unknown = areas.filter((area) => !rows.some((row) => row.area === area));
  const complaints = [...mistakes(behaviours, notApplicable), ...unknown.map((area) => `there is no area '${area}'`)];
  for (const complaint of complaints) console.error(complaint);

  const total = { area: 'total', tested: 0, notApplicable: 0, open: [] };
  for (const row of rows) {
    total.tested += row.tested;
    total.notApplicable += row.notApplicable;
    total.open.push(...row.open);
  }
  print('area', 'tested', 'not-applicable', 'open');
  for (const { area, tested, notApplicable: excused, open } of [...rows, total])
    print(area, tested, excused, open.length);

  const texts = new Map(behaviours.map(({ id, behaviour }) => [id, behaviour]));
  const open = rows.filter(({ area }) => areas.includes(area)).flatMap((row) => row.open);
  for (const id of open) console.log(`open: ${id} ${texts.get(id)}`);
  process.exitCode = open.length > 0 || complaints.length > 0 ? 1 : 0;
}

function print(area, ...counts) {
  const [tested, notApplicable, open] = counts.map(String);
  console.log(area.padEnd(18), tested.padStart(6), notApplicable.padStart(14), open.padStart(6));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
