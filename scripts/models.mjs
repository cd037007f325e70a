// Checks the models in docs/model with spin: each of them holds, and each fault that can be put into it is found. A model
// that finds no fault shows nothing.

import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup.mjs';

const folder = join(root, 'docs/model');

/** A model, how it is built, and the faults that must be found in it; one with too many states is searched only for these. */
const checks = [
  ['waiting', 'LOCK WAITERS=3 DEATHS=0', []],
  ['waiting', 'LOCK WAITERS=2 DEATHS=1', ['NO_SECOND_LOOK', 'LATE_LINE', 'LATE_RELEASE', 'NO_TAKEOVER']],
  ['waiting', 'LOCK CALM WAITERS=3 DEATHS=1', ['BLIND_TAKEOVER']],
  ['waiting', 'ITEMS WAITERS=2 DEATHS=0 GIVES_UP=false', ['NO_SECOND_LOOK', 'LATE_LINE']],
  ['waiting', 'ITEMS WAITERS=2 DEATHS=0 GIVES_UP=true', ['NO_RESCAN', 'NO_PASS_ON'], 'faults only'],
  ['waiting', 'LOOP WAITERS=2 DEATHS=0', ['LATE_UNMUTE', 'NO_LAST_LOOK', 'NO_SECOND_LOOK']],
  ['waiting', 'LOOP WAITERS=2 DEATHS=1', ['STRIKE_WITHOUT_CALL']],
  ['store', 'PUTTER_DIES', ['EARLY_PUT', 'ONE_PAIR', 'NO_HAND', 'NO_SETTLING', 'SPARE_FIRST']],
  ['store', '', ['EARLY_FREE', 'NO_HAND', 'NO_SETTLING', 'STALE_PUT']],
  ['heap', '', ['NO_REBUILD', 'BLIND_TAKEOVER', 'SIZE_LAST']],
  ['permits', 'DEATHS=0', ['SHARED_ROW', 'NO_MARK', 'NO_WAIT', 'NO_CLOSE']],
  ['permits', 'DEATHS=2', []],
  ['permits', 'SIGNALS DEATHS=2', ['NO_HEIR']],
];

const DEPTH = 200_000;

function run(cwd, command, args) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ status: error?.code ?? 0, output: `${stdout}${stderr}` });
    });
  });
}

async function build(cwd, command, args) {
  const { status, output } = await run(cwd, command, args);
  if (status !== 0 || output.includes('Error:')) throw new Error(`${command} ${args.join(' ')}:\n${output}`);
}

let free = availableParallelism();
const waiting = [];

/** As many searches at a time as there are cores. */
async function inTurn(work) {
  if (free === 0) await new Promise((resolve) => waiting.push(resolve));
  else free--;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }
}

/** Searches all states; stops at the first that must not be. */
async function search(model, defines) {
  const scratch = mkdtempSync(join(tmpdir(), 'manyfold-model-'));
  try {
    copyFileSync(join(folder, `${model}.pml`), join(scratch, `${model}.pml`));
    const options = defines
      .split(' ')
      .filter(Boolean)
      .map((define) => `-D${define}`);
    await build(scratch, 'spin', ['-a', ...options, `${model}.pml`]);
    await build(scratch, 'gcc', ['-w', '-O2', '-DSAFETY', '-DCOLLAPSE', '-DVECTORSZ=2048', '-o', 'pan', 'pan.c']);
    const { output } = await run(scratch, './pan', [`-m${DEPTH}`, '-w24']);
    if (output.includes('max search depth too small'))
      throw new Error(`${model} ${defines}: deeper than ${DEPTH} steps`);
    const errors = /errors: (\d+)/.exec(output)?.[1];
    if (errors === undefined) throw new Error(`${model} ${defines}: ${output}`);
    const found = /^pan:1: (.*) \(at depth/m.exec(output)?.[1];
    return {
      found: errors === '0' ? undefined : (found ?? 'an error'),
      states: Number(/(\d+) states, stored/.exec(output)?.[1]),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function check(model, defines, faults, only) {
  const [whole, ...broken] = await Promise.all([
    only ? { states: 'not searched' } : inTurn(() => search(model, defines)),
    ...faults.map((fault) => inTurn(() => search(model, `${defines} ${fault}`))),
  ]);
  return { model, defines, faults, only, whole, broken };
}

/** Says whether all was as it should be. */
function print({ model, defines, faults, only, whole: { found, states }, broken }) {
  console.log(
    `${only ?? (found ? 'FAILS' : 'holds')}: ${model} ${defines} (${states} states)${found ? `: ${found}` : ''}`,
  );
  for (const [place, result] of broken.entries()) {
    console.log(
      `  ${result.found ? 'found' : 'NOT FOUND'}: ${faults[place]}${result.found ? ` (${result.found})` : ''}`,
    );
  }
  return found === undefined && broken.every((result) => result.found !== undefined);
}

function isThere(command) {
  return spawnSync(command, [command === 'spin' ? '-V' : '--version']).error === undefined;
}

const missing = ['spin', 'gcc'].filter((command) => !isThere(command));
if (missing.length > 0) {
  console.log(
    `models: skipped, because ${missing.join(' and ')} cannot be found (Debian: apt-get install spin gcc libc6-dev)`,
  );
} else {
  const wanted = process.argv.slice(2);
  const chosen = checks.filter(([model]) => wanted.length === 0 || wanted.includes(model));
  for (const result of chosen.map((row) => check(...row))) if (!print(await result)) process.exitCode = 1;
}
