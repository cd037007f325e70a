import { readdirSync } from 'node:fs';
import { api } from '../api.js';
import { piscinaPool, poolifierPool, tinypoolPool, workerpoolPool, workers, type PeerPool } from '../peers/pools.js';
import work, { SAMPLES, type Work } from '../peers/work.js';
import { ours, peer, secondsEach, type Row } from '../row.js';

/** A real task: how many of them are measured, and what each of them is. */
interface Job {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  readonly make: (number: number) => Work;
}

const jobs: readonly Job[] = [
  { id: 'hash', title: 'SHA-256 and gzip of a source file', count: 300, make: fileFor('hash and gzip') },
  { id: 'parse', title: 'Parse a source file', count: 300, make: fileFor('parse') },
  {
    id: 'image',
    title: 'Invert an image of 8 MB',
    count: 40,
    make: () => ({ kind: 'invert', pixels: new Uint8Array(8_000_000) }),
  },
  ...[0.1, 1, 10, 100].map((milliseconds): Job => ({
    id: `pi-${milliseconds}`,
    title: `Monte Carlo, about ${milliseconds} ms a task`,
    count: Math.min(4000, Math.ceil(2000 / milliseconds)),
    make: () => ({ kind: 'pi', samples: SAMPLES * milliseconds }),
  })),
];

/** Real work, two workers each; and the same in one process, as a loop: what is over half of it is the pool's. */
export const realWork: readonly Row[] = jobs.map((job) => ({
  id: `work-${job.id}`,
  title: job.title,
  shown: 'time',
  contestants: [
    ours('map', ['Pool'], async (times) => mapAll(job, times(job.count))),
    ours('apply', ['Pool'], async (times) => runAll(job, ourPool(), times(job.count))),
    ours('one process, no pool', [], async (times) => loop(job, times(job.count))),
    peer('piscina', '', async (times) => runAll(job, await piscinaPool('work'), times(job.count))),
    peer('tinypool', 'worker_threads', async (times) =>
      runAll(job, await tinypoolPool('worker_threads', 'work'), times(job.count)),
    ),
    peer('workerpool', 'thread', async (times) =>
      runAll(job, await workerpoolPool('thread', 'work'), times(job.count)),
    ),
    peer('poolifier', 'thread', async (times) => runAll(job, await poolifierPool('work'), times(job.count))),
  ],
}));

function fileFor(kind: 'hash and gzip' | 'parse'): (number: number) => Work {
  const folder = new URL('../../../node_modules/@types/node/', import.meta.url);
  return (number) => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.d.ts'));
    return { kind, file: new URL(files[number % files.length]!, folder).pathname };
  };
}

function ourPool(): PeerPool<Work> {
  const pool = new api.Pool(workers);
  return { run: (task) => pool.apply(work, [task]), end: () => pool[Symbol.asyncDispose]() };
}

async function runAll({ make }: Job, pool: PeerPool<Work>, count: number): Promise<number> {
  const tasks = Array.from({ length: count }, (_, number) => make(number));
  await Promise.all(tasks.slice(0, 2 * workers).map((task) => pool.run(task)));
  const seconds = await secondsEach(count, () => Promise.all(tasks.map((task) => pool.run(task))));
  await pool.end();
  return seconds;
}

async function mapAll({ make }: Job, count: number): Promise<number> {
  await using pool = new api.Pool(workers);
  const tasks = Array.from({ length: count }, (_, number) => make(number));
  await pool.map(work, tasks.slice(0, 2 * workers), { chunksize: 1 });
  return await secondsEach(count, () => pool.map(work, tasks));
}

async function loop({ make }: Job, count: number): Promise<number> {
  const tasks = Array.from({ length: count }, (_, number) => make(number));
  for (const task of tasks.slice(0, 2 * workers)) work(task);
  return await secondsEach(count, () => {
    for (const task of tasks) work(task);
  });
}
