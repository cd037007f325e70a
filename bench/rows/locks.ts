import { api } from '../api.js';
import { cpython, limit, ours, secondsEach, type Row } from '../row.js';

export const freeLock: Row = {
  id: 'lock',
  title: 'Acquire and release a free lock',
  shown: 'time',
  contestants: [
    ours('', ['Lock'], (times) => useLock(times(2_000_000))),
    cpython('lock'),
    limit('a semaphore of 1 in C', 'lock', 1, 4_000_000),
  ],
};

export const foughtLock: Row = {
  id: 'fight',
  title: 'Two processes fighting for one lock',
  shown: 'rate',
  contestants: [
    ours('', ['Lock', 'Process'], (times) => fight(times(1_000_000))),
    cpython('fight'),
    limit('a semaphore of 1 in C', 'lock', 2, 4_000_000),
  ],
};

export const sharedCounter: Row = {
  id: 'value',
  title: 'Value += 1 under its lock',
  shown: 'time',
  contestants: [ours('', ['Value'], (times) => increment(times(2_000_000))), cpython('value')],
};

/** The same by several processes at a time. */
export const sharedCounters: readonly Row[] = [2, 4, 8].map((processes) => ({
  id: `value-${processes}`,
  title: `Value += 1 under its lock, by ${processes} processes`,
  shown: 'rate',
  contestants: [
    ours('', ['Value', 'Process'], (times) => incrementTogether(times(2_000_000), processes)),
    cpython('value_by', String(processes), ''),
  ],
}));

async function useLock(count: number): Promise<number> {
  const lock = new api.Lock();
  const use = (times: number) => {
    for (let i = 0; i < times; i++) {
      lock.acquireSync();
      lock.release();
    }
  };
  use(10_000);
  return await secondsEach(count, () => use(count));
}

async function fight(count: number): Promise<number> {
  const lock = new api.Lock();
  const use = () => {
    for (let i = 0; i < count; i++) {
      lock.acquireSync();
      lock.release();
    }
  };
  const warm = new api.Process({ target: () => {} });
  await warm.start();
  await warm.join();
  const fighters = [new api.Process({ target: use }), new api.Process({ target: use })];
  return await secondsEach(2 * count, async () => {
    for (const fighter of fighters) await fighter.start();
    for (const fighter of fighters) await fighter.join();
  });
}

/** `count` in all. */
async function incrementTogether(count: number, processes: number): Promise<number> {
  const value = new api.Value('i', 0);
  const each = Math.ceil(count / processes);
  const add = () => {
    for (let i = 0; i < each; i++) {
      value.acquireSync();
      value.value += 1;
      value.release();
    }
  };
  const warm = new api.Process({ target: () => {} });
  await warm.start();
  await warm.join();
  const children = Array.from({ length: processes }, () => new api.Process({ target: add }));
  const seconds = await secondsEach(each * processes, async () => {
    for (const child of children) await child.start();
    for (const child of children) await child.join();
  });
  if (value.value !== each * processes) throw new Error(`${value.value} in place of ${each * processes}`);
  return seconds;
}

async function increment(count: number): Promise<number> {
  const value = new api.Value('i', 0);
  const lock = value.getLock();
  const add = (times: number) => {
    for (let i = 0; i < times; i++) {
      lock.acquireSync();
      value.value += 1;
      lock.release();
    }
  };
  add(10_000);
  return await secondsEach(count, () => add(count));
}
