import { api } from '../api.js';
import { piscinaPool, poolifierPool, tinypoolPool, workerpoolPool, type PeerPool } from '../peers/pools.js';
import work, { SAMPLES, type Work } from '../peers/work.js';
import { ours, peer, secondsEach, type Row } from '../row.js';

const sizes = [1, 2, 4];
const MILLISECONDS = 10;

/** What more workers than one win: twice as many are of use up to the number of processors, and should do no harm beyond. */
export const manyWorkers: Row = {
  id: 'workers',
  title: `Monte Carlo tasks of ${MILLISECONDS} ms, by the number of workers`,
  shown: 'rate',
  contestants: sizes.flatMap((size) => [
    ours(`${size}`, ['Pool'], (times) => throughput(ourPool(size), times(200))),
    peer('piscina', `${size}`, async (times) => throughput(await piscinaPool<Work>('work', 1, size), times(200))),
  ]),
};

/** What a task of a tenth of a millisecond costs in a pool of one worker, less what it costs as a mere call. */
export const overhead: Row = {
  id: 'overhead',
  title: 'What a pool adds to each task over calling the function, many tasks in flight',
  shown: 'time',
  contestants: [
    ours('map', ['Pool'], (times) => overheadOfMap(times(4000))),
    ours('apply', ['Pool'], (times) => overheadOf(ourPool(1), times(4000))),
    peer('piscina', '', async (times) => overheadOf(await piscinaPool('work', 1, 1), times(4000))),
    peer('tinypool', 'worker_threads', async (times) =>
      overheadOf(await tinypoolPool('worker_threads', 'work', 1), times(4000)),
    ),
    peer('workerpool', 'thread', async (times) => overheadOf(await workerpoolPool('thread', 'work', 1), times(4000))),
    peer('poolifier', 'thread', async (times) => overheadOf(await poolifierPool('work', 1), times(4000))),
  ],
};

function ourPool(size: number): PeerPool<Work> {
  const pool = new api.Pool(size);
  return { run: (task) => pool.apply(work, [task]), end: () => pool[Symbol.asyncDispose]() };
}

async function throughput(pool: PeerPool<Work>, count: number): Promise<number> {
  const task: Work = { kind: 'pi', samples: MILLISECONDS * SAMPLES };
  const run = (tasks: number) => Promise.all(Array.from({ length: tasks }, () => pool.run(task)));
  await run(20);
  const seconds = await secondsEach(count, () => run(count));
  await pool.end();
  return seconds;
}

const SMALL: Work = { kind: 'pi', samples: SAMPLES / 10 };

async function overheadOf(pool: PeerPool<Work>, count: number): Promise<number> {
  const run = () => Promise.all(Array.from({ length: count }, () => pool.run(SMALL)));
  await run();
  const seconds = await secondsEach(count, run);
  await pool.end();
  return seconds - (await inline(count));
}

async function overheadOfMap(count: number): Promise<number> {
  await using pool = new api.Pool(1);
  const tasks = Array.from({ length: count }, () => SMALL);
  await pool.map(work, tasks);
  return (await secondsEach(count, () => pool.map(work, tasks))) - (await inline(count));
}

async function inline(count: number): Promise<number> {
  const run = (): void => {
    for (let i = 0; i < count; i++) work(SMALL);
  };
  run();
  return await secondsEach(count, run);
}
