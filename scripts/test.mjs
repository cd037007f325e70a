// Runs the tests that have been built: all of them, or the files whose path contains one of the arguments.
// A run of all of them also writes what happened to each test to build/test-results.tsv, for the conformance report.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { filesBelow, root } from './setup.mjs';

export const resultsFile = join(root, 'build/test-results.tsv');

// Tests start many processes and measure none of them: two files at a time keep the cores busy.
const concurrency = Math.min(2, availableParallelism());
// Each test has a limit of its own (tests/support/guard.ts); this one is for a whole file, beyond what a soak is told to last.
const fileLimit = 10 * 60_000 + Number(process.env['MANYFOLD_SOAK_SECONDS'] ?? 0) * 1000;

/** Runs the test files and resolves to whether all of them passed. */
export async function runTests(patterns) {
  const files = testFiles(patterns);
  if (files.length === 0) {
    console.error(`no test file matches ${patterns.join(', ') || 'build/tests/**/*.test.js'}`);
    return false;
  }

  // Test files look inside: for them `manyfold` is the modules in dist/. The programs that they run get what users get.
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --conditions=manyfold-modules`.trim();
  // Every process of the run inherits this mark; one that still has it when the run is over was left behind.
  process.env.MANYFOLD_TEST_RUN = `${process.pid}-${Date.now()}`;

  const processes = await import('../build/tests/support/processes.js');
  const watch = watchFiles(processes);
  const rows = [];
  const failures = [];
  const stderr = new Map();
  const record = (outcome) => (event) => {
    if (outcome === 'fail' && event.todo === undefined) failures.push(event);
    if (event.details?.type === 'suite') return;
    const skipped = event.skip !== undefined || event.todo !== undefined;
    rows.push([skipped ? 'skip' : outcome, relative(root, event.file ?? ''), event.name.replaceAll(/\s+/g, ' ')]);
  };
  const show = async (stream) => {
    stream.on('test:pass', record('pass'));
    stream.on('test:fail', record('fail'));
    stream.on('test:stderr', ({ file, message }) =>
      stderr.set(file, `${stderr.get(file) ?? ''}${message}`.slice(-KEPT)),
    );
    // A pipe or a file gets plain text: '# tests 12' in place of the information sign.
    for await (const chunk of stream.compose(ofThisLane).compose(new spec())) {
      process.stdout.write(process.stdout.isTTY ? chunk : String(chunk).replaceAll(/^ℹ /gm, '# '));
    }
  };
  await show(run({ files, concurrency }));
  const forking = files.filter((file) => runsForFork.test(readFileSync(file, 'utf8')));
  if (forking.length > 0) await show(runForking(forking));

  if (patterns.length === 0) {
    writeFileSync(resultsFile, [['outcome', 'file', 'title'], ...rows].map((row) => `${row.join('\t')}\n`).join(''));
  }

  clearInterval(watch);
  const left = await survivors(processes);
  for (const info of left) {
    console.error(`still running after the tests: ${processes.describeProcess(info)}`);
    kill(info.pid);
  }
  // Once more, and last: the output is long, and may be cut at its beginning.
  for (const failure of failures) if (failure.details.type !== 'suite') console.error(describe(failure, stderr));
  return failures.length === 0 && left.length === 0;
}

// How much is shown of what a file has written before one of its tests failed.
const KEPT = 4000;

function describe({ name, file, details: { error } }, stderr) {
  return `failed: ${relative(root, file ?? '')}: ${name}\n${inspect(error?.cause ?? error)}\n${stderr.get(file) ?? ''}`;
}

// The start method 'fork' needs a process that was launched for it. So test files that have tests for it run a second time,
// with only those (tests/support/methods.ts).
const runsForFork = /eachMethod\(\[[^\]]*'fork'/;

function runForking(files) {
  const execArgv = ['--single-threaded', '--v8-pool-size=1'];
  process.env.MANYFOLD_TEST_LANE = 'fork';
  process.execArgv.push(...execArgv); // older versions of Node pass on these, newer ones those of the options
  return run({ files, concurrency, execArgv, testNamePatterns: [/\[fork\]$/] });
}

/** Without those that older versions of Node count as skipped because they do not match the pattern. */
async function* ofThisLane(events) {
  for await (const event of events) if (event.data?.skip !== 'test name does not match pattern') yield event;
}

function testFiles(patterns) {
  const all = filesBelow(join(root, 'build/tests'), /\.test\.js$/).map((path) => join('build/tests', path));
  const names = patterns.map((pattern) => pattern.replace(/\.ts$/, '.js'));
  const wanted = names.length === 0 ? all : all.filter((file) => names.some((name) => file.includes(name)));
  return wanted.map((file) => join(root, file));
}

/** Ends a test file that hangs where its own guard does not see it, such as in a wait that blocks its event loop. */
function watchFiles({ relatives, dumpProcess }) {
  let seen = new Map();
  return setInterval(() => {
    const files = relatives(process.pid).filter(({ ppid }) => ppid === process.pid);
    // Those that have ended are forgotten: their numbers are given out again.
    seen = new Map(files.map(({ pid }) => [pid, seen.get(pid) ?? Date.now()]));
    for (const file of files) {
      if (Date.now() - seen.get(file.pid) < fileLimit) continue;
      const hung = [file, ...relatives(file.pid)];
      console.error(`a test file hangs:\n${hung.map((info) => dumpProcess(info)).join('\n')}`);
      for (const { pid } of hung) kill(pid);
    }
  }, 1000).unref();
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** What the run has left running; those that are just ending get their time, as much as a busy machine may need. */
async function survivors({ relatives }) {
  const mark = `MANYFOLD_TEST_RUN=${process.env.MANYFOLD_TEST_RUN}`;
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = relatives(process.pid, mark);
    if (found.length === 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = (await runTests(process.argv.slice(2))) ? 0 : 1;
}
