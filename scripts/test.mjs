// Runs the tests that have been built: all of them, or the files whose path contains one of the arguments.
// What happened to each test goes to build/test-results.tsv as well, where the conformance report reads it.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { filesBelow, root } from './setup.mjs';

export const resultsFile = join(root, 'build/test-results.tsv');

// Tests start many processes and measure none of them: two files at a time keep the cores busy.
const concurrency = Math.min(2, availableParallelism());
// Each test has a shorter limit of its own (tests/support/guard.ts); this one ends a file that hangs outside of a test.
const timeout = 15 * 60_000;

/** Runs the test files and resolves to whether all of them passed. */
export async function runTests(patterns) {
  const files = testFiles(patterns);
  if (files.length === 0) {
    console.error(`no test file matches ${patterns.join(', ') || 'build/tests/**/*.test.js'}`);
    return false;
  }

  // Every process of the run inherits this mark; one that still has it when the run is over was left behind.
  process.env.MANYFOLD_TEST_RUN = `${process.pid}-${Date.now()}`;

  const rows = [];
  let passed = true;
  const record = (outcome) => (event) => {
    if (outcome === 'fail' && event.todo === undefined) passed = false;
    if (event.details?.type === 'suite') return;
    const skipped = event.skip !== undefined || event.todo !== undefined;
    rows.push([skipped ? 'skip' : outcome, relative(root, event.file ?? ''), event.name.replaceAll(/\s+/g, ' ')]);
  };
  const stream = run({ files, concurrency, timeout });
  stream.on('test:pass', record('pass'));
  stream.on('test:fail', record('fail'));
  // A pipe or a file gets plain text: '# tests 12' in place of the information sign.
  for await (const chunk of stream.compose(new spec())) {
    process.stdout.write(process.stdout.isTTY ? chunk : String(chunk).replaceAll(/^ℹ /gm, '# '));
  }

  mkdirSync(dirname(resultsFile), { recursive: true });
  writeFileSync(resultsFile, [['outcome', 'file', 'title'], ...rows].map((row) => `${row.join('\t')}\n`).join(''));

  const survivors = await survivorsOf(`MANYFOLD_TEST_RUN=${process.env.MANYFOLD_TEST_RUN}`);
  for (const survivor of survivors) console.error(`still running after the tests: ${survivor}`);
  return passed && survivors.length === 0;
}

function testFiles(patterns) {
  const all = filesBelow(join(root, 'build/tests'), /\.test\.js$/).map((path) => join('build/tests', path));
  const names = patterns.map((pattern) => pattern.replace(/\.ts$/, '.js'));
  const wanted = names.length === 0 ? all : all.filter((file) => names.some((name) => file.includes(name)));
  return wanted.map((file) => join(root, file));
}

/** The processes that carry the mark; those that are just ending get a second to do so. */
async function survivorsOf(mark) {
  const deadline = Date.now() + 1000;
  for (;;) {
    const found = processesWith(mark);
    if (found.length === 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function processesWith(mark) {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`];
      } catch {
        return []; // it has ended meanwhile, or belongs to somebody else
      }
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = (await runTests(process.argv.slice(2))) ? 0 : 1;
}
