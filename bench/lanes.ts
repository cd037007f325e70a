// npm run lanes: what a process, a thread and a coroutine cost, and which of them pays; the table of docs/lanes.md.

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { getContext } from 'manyfold';
import { relatives } from '../tests/support/processes.js';

const lanes = ['forkserver', 'thread', 'coroutine'] as const;
type Lane = (typeof lanes)[number];

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

const ROUNDS = 3;
const ITEMS = 8;
const WAITERS = 20;

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function startAndJoin(lane: Lane): Promise<string> {
  const { Process } = getContext(lane);
  const count = { forkserver: 200, thread: 20, coroutine: 2000 }[lane];
  const all = await milliseconds(async () => {
    for (let number = 0; number < count; number++) {
      const child = new Process({ target: () => {} });
      await child.start();
      await child.join();
    }
  });
  return time(all / count);
}

async function messageAndAnswer(lane: Lane): Promise<string> {
  const { Process, SimpleQueue } = getContext(lane);
  const [asked, answered] = [new SimpleQueue<number>(), new SimpleQueue<number>()];
  const count = 3000;
  const echo = async () => {
    for (let round = 0; round < count; round++) await answered.put(await asked.get());
  };
  const child = new Process({ target: echo });
  await child.start();
  const all = await milliseconds(async () => {
    for (let round = 0; round < count; round++) {
      await asked.put(round);
      await answered.get();
    }
  });
  await child.join();
  return time(all / count);
}

/** Pages that processes share count for each by its share. */
function proportionalBytes(): number {
  const pids = [process.pid, ...relatives(process.pid).map(({ pid }) => pid)];
  const pss = (pid: number) => /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return pids.reduce((sum, pid) => sum + Number(pss(pid)) * 1024, 0);
}

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function memory(lane: Lane): Promise<string> {
  const { Process, Event } = getContext(lane);
  const count = { forkserver: 10, thread: 10, coroutine: 500 }[lane];
  const end = new Event();
  // What a coroutine takes is less than what the pages of a process go up and down by.
  const bytes = lane === 'coroutine' ? heapBytes : proportionalBytes;
  const before = bytes();
  const children = Array.from({ length: count }, () => new Process({ target: () => end.wait() }));
  for (const child of children) await child.start();
  await sleep(500);
  const each = (bytes() - before) / count;
  end.set();
  for (const child of children) await child.join();
  return each < 100_000 ? `${(each / 1000).toPrecision(2)} KB` : `${(each / 1e6).toFixed(1)} MB`;
}

async function computing(lane: Lane): Promise<string> {
  await using pool = new (getContext(lane).Pool)(cpus().length);
  const compute = () => {
    let sum = 0;
    for (let n = 0; n < 60_000_000; n++) sum += n % 7;
    return sum;
  };
  await pool.apply(() => 1);
  return time(await milliseconds(() => pool.map(compute, Array.from({ length: ITEMS }), { chunksize: 1 })));
}

async function waiting(lane: Lane): Promise<string> {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 10));
  return time(
    await milliseconds(async () => {
      await using pool = new (getContext(lane).Pool)(WAITERS);
      await pool.map(wait, Array.from({ length: 10 * WAITERS }), { chunksize: 1 });
    }),
  );
}

function time(ms: number): string {
  return ms < 1 ? `${rounded(ms * 1000)} us` : `${rounded(ms)} ms`;
}

function rounded(value: number): number {
  return value < 100 ? Number(value.toPrecision(2)) : Math.round(value);
}

const rows: [title: string, measure: (lane: Lane) => Promise<string>][] = [
  ['start and join, of an empty one', startAndJoin],
  ['a message and its answer', messageAndAnswer],
  ['memory of one that waits', memory],
  [`${ITEMS} computations, in a pool as large as the machine`, computing],
  [`${10 * WAITERS} waits of 10 ms, in a pool of ${WAITERS}, with its start`, waiting],
];

/** The middle one of several runs. */
async function median(measure: (lane: Lane) => Promise<string>, lane: Lane): Promise<string> {
  const runs: [number, string][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let shown = '';
    const took = await milliseconds(async () => (shown = await measure(lane)));
    runs.push([took, shown]);
  }
  return runs.toSorted(([a], [b]) => a - b)[ROUNDS >> 1]![1];
}

// What opens on first use is no cost of a lane.
for (const lane of lanes) await startAndJoin(lane);
console.log(`${cpus().length} cores of ${cpus()[0]?.model.trim()}; Node ${process.version}\n`);
console.log('| | process | thread | coroutine |\n|---|---|---|---|');
for (const [title, measure] of rows) {
  const cells: string[] = [];
  for (const lane of lanes) cells.push(await median(measure, lane));
  console.log(`| ${title} | ${cells.join(' | ')} |`);
}
