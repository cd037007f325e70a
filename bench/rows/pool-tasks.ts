import { api } from '../api.js';
import { piscinaPool, poolifierPool, tinypoolPool, workerpoolPool, workers, type PeerPool } from '../peers/pools.js';
import { cpython, ours, peer, secondsEach, type Contestant, type Row } from '../row.js';

export const tasksInFlight: Row = {
  id: 'in-flight',
  title: 'Tasks in flight, one promise each',
  shown: 'rate',
  contestants: [
    ours('applyAsync', ['Pool'], async (times) => allAtOnce(await ourPool(), times(20_000))),
    cpython('apply_async'),
    ...peerPools(async (pool, times) => allAtOnce(await pool, times(20_000))),
    peer('piscina', '32 per worker', async (times) => allAtOnce(await piscinaPool('noop', 32), times(20_000))),
  ],
};

export const taskLatency: Row = {
  id: 'apply',
  title: 'Latency of one pool.apply',
  shown: 'time',
  contestants: [
    ours('', ['Pool'], async (times) => oneByOne(await ourPool(), times(20_000))),
    ours('of a closure', ['Pool'], async (times) => oneByOne(await ourPool(closure()), times(20_000))),
    cpython('apply'),
    ...peerPools(async (pool, times) => oneByOne(await pool, times(20_000))),
  ],
};

type MeasurePool = (pool: Promise<PeerPool>, times: (n: number) => number) => Promise<number>;

function peerPools(measure: MeasurePool): Contestant[] {
  return [
    peer('piscina', '', (times) => measure(piscinaPool(), times)),
    peer('tinypool', 'worker_threads', (times) => measure(tinypoolPool('worker_threads'), times)),
    peer('tinypool', 'child_process', (times) => measure(tinypoolPool('child_process'), times)),
    peer('workerpool', 'thread', (times) => measure(workerpoolPool('thread'), times)),
    peer('workerpool', 'process', (times) => measure(workerpoolPool('process'), times)),
    peer('poolifier', 'thread', (times) => measure(poolifierPool(), times)),
  ];
}

/** It captures a constant, and a function that captures another one. */
function closure(): (x: number) => number {
  const [factor, more] = [3, 4];
  const add = (x: number) => x + more;
  return (x) => add(x * factor);
}

async function ourPool(target = (x: number) => x): Promise<PeerPool> {
  const pool = new api.Pool(workers);
  return { run: (x) => pool.applyAsync(target, [x]), end: () => pool[Symbol.asyncDispose]() };
}

async function allAtOnce(pool: PeerPool, count: number): Promise<number> {
  await warmUp(pool);
  const run = () => Promise.all(Array.from({ length: count }, (_, i) => pool.run(i)));
  await run();
  const seconds = await secondsEach(count, run);
  await pool.end();
  return seconds;
}

async function oneByOne(pool: PeerPool, count: number): Promise<number> {
  await warmUp(pool);
  const seconds = await secondsEach(count, async () => {
    for (let i = 0; i < count; i++) await pool.run(i);
  });
  await pool.end();
  return seconds;
}

// The first tens of thousands of calls show how fast V8 compiles the pool, on processors that its threads need themselves.
const WARM = 20_000;

async function warmUp(pool: PeerPool): Promise<void> {
  for (let i = 0; i < WARM; i++) await pool.run(i);
}
