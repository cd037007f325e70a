import { api } from '../api.js';
import { cpython, limit, ours, secondsEach, type Row } from '../row.js';

/** What several processes acquire and release. */
interface Acquirable {
  acquire(): Promise<boolean>;
  acquireSync(): boolean;
  release(): void;
}

const counts = [1, 2, 4, 8] as const;
const crowd = ['Event', 'Process', 'Semaphore'];

const lockRows = counts.map((processes): Row => ({
  id: `locks-${processes}`,
  title: `Processes taking one lock in turn: ${processes}`,
  shown: 'rate',
  contestants: [
    ours('blocking', ['Lock', ...crowd], (times) => contend(new api.Lock(), processes, times(1_000_000), true)),
    ours('awaiting', ['Lock', ...crowd], (times) => contend(new api.Lock(), processes, times(1_000_000), false)),
    cpython('contend', `Lock ${processes}`, ''),
    limit('a semaphore of 1 in C', 'lock', processes, 4_000_000),
  ],
}));

const semaphoreRows = counts.map((processes): Row => ({
  id: `semaphores-${processes}`,
  title: `Processes taking one semaphore of two: ${processes}`,
  shown: 'rate',
  contestants: [
    ours('blocking', crowd, (times) => contend(new api.Semaphore(2), processes, times(1_000_000), true)),
    ours('awaiting', crowd, (times) => contend(new api.Semaphore(2), processes, times(1_000_000), false)),
    cpython('contend', `Semaphore ${processes}`, ''),
    limit('the same in C', 'semaphore', processes, 4_000_000),
  ],
}));

const longestWait: Row = {
  id: 'longest-wait',
  title: 'The longest wait for a lock that three others take again and again',
  shown: 'time',
  contestants: [
    ours('blocking', ['Lock', ...crowd], (times) => longest(times(400), true)),
    ours('awaiting', ['Lock', ...crowd], (times) => longest(times(400), false)),
    cpython('longest'),
  ],
};

/** By then V8 has compiled what it will compile. What that costs a program is another row: `firstRoundTrips`. */
const WARM = 5000;

const futexLimit = limit('two futexes in C', 'turns', 2, 20_000);

const eventTurns: Row = {
  id: 'event',
  title: 'There and back by two events',
  shown: 'time',
  contestants: [
    ours('blocking', crowd, (times) => byEvents(times(20_000), true)),
    ours('awaiting', crowd, (times) => byEvents(times(10_000), false)),
    cpython('events'),
    futexLimit,
  ],
};

const conditionTurns: Row = {
  id: 'condition',
  title: 'There and back by one condition',
  shown: 'time',
  contestants: [
    ours('blocking', ['Condition', 'Value', ...crowd], (times) => byCondition(times(20_000), true)),
    ours('awaiting', ['Condition', 'Value', ...crowd], (times) => byCondition(times(10_000), false)),
    cpython('conditions'),
    futexLimit,
  ],
};

const barrierRows = [2, 4, 8].map((parties): Row => ({
  id: `barrier-${parties}`,
  title: `A round through a barrier, parties: ${parties}`,
  shown: 'time',
  contestants: [
    ours('blocking', ['Barrier', 'Process'], (times) => rounds(parties, times(5000), true)),
    ours('awaiting', ['Barrier', 'Process'], (times) => rounds(parties, times(5000), false)),
    cpython('barrier', String(parties), ''),
  ],
}));

export const contention: readonly Row[] = [
  ...lockRows,
  ...semaphoreRows,
  longestWait,
  eventTurns,
  conditionTurns,
  ...barrierRows,
];

async function start(targets: readonly (() => unknown)[]): Promise<{ join(): Promise<unknown> }> {
  const processes = targets.map((target) => new api.Process({ target }));
  for (const process of processes) await process.start();
  return { join: () => Promise.all(processes.map((process) => process.join())) };
}

/** Seconds of one acquire and release when `processes` do `count` of them together. */
async function contend(shared: Acquirable, processes: number, count: number, blocking: boolean): Promise<number> {
  const [go, done] = [new api.Event(), new api.Semaphore(0)];
  const each = Math.ceil(count / processes);
  const work = async () => {
    const use = async (times: number) => {
      for (let i = 0; i < times; i++) {
        if (blocking) shared.acquireSync();
        else await shared.acquire();
        shared.release();
      }
    };
    await use(20_000);
    done.release();
    await go.wait();
    await use(each);
    done.release();
  };
  const workers = await start(Array.from({ length: processes }, () => work));
  const all = async () => {
    for (let i = 0; i < processes; i++) await done.acquire();
  };
  await all();
  const seconds = await secondsEach(each * processes, () => {
    go.set();
    return all();
  });
  await workers.join();
  return seconds;
}

async function longest(count: number, blocking: boolean): Promise<number> {
  const [lock, stop] = [new api.Lock(), new api.Event()];
  const hog = () => {
    while (!stop.isSet()) {
      lock.acquireSync();
      const end = performance.now() + 0.01;
      while (performance.now() < end);
      lock.release();
    }
  };
  const hogs = await start([hog, hog, hog]);
  let most = 0;
  for (let i = 0; i < count; i++) {
    const before = performance.now();
    if (blocking) lock.acquireSync();
    else await lock.acquire();
    most = Math.max(most, performance.now() - before);
    lock.release();
  }
  stop.set();
  await hogs.join();
  return most / 1000;
}

async function byEvents(count: number, blocking: boolean): Promise<number> {
  const [there, back] = [new api.Event(), new api.Event()];
  const answer = async () => {
    for (let i = 0; i < WARM + count; i++) {
      if (blocking) there.waitSync();
      else await there.wait();
      there.clear();
      back.set();
    }
  };
  const other = await start([answer]);
  const serve = async (times: number) => {
    for (let i = 0; i < times; i++) {
      there.set();
      if (blocking) back.waitSync();
      else await back.wait();
      back.clear();
    }
  };
  await serve(WARM);
  const seconds = await secondsEach(count, () => serve(count));
  await other.join();
  return seconds;
}

async function byCondition(count: number, blocking: boolean): Promise<number> {
  const [condition, turn] = [new api.Condition(), new api.Value('i', 0)];
  const take = async (side: number, times: number) => {
    const isMine = () => turn.value === side;
    for (let i = 0; i < times; i++) {
      if (blocking) condition.acquireSync();
      else await condition.acquire();
      if (blocking) condition.waitForSync(isMine);
      else await condition.waitFor(isMine);
      turn.value = 1 - side;
      condition.notify();
      condition.release();
    }
  };
  const other = await start([() => take(1, WARM + count)]);
  await take(0, WARM);
  const seconds = await secondsEach(count, () => take(0, count));
  await other.join();
  return seconds;
}

async function rounds(parties: number, count: number, blocking: boolean): Promise<number> {
  const barrier = new api.Barrier(parties);
  const pass = async (times: number) => {
    for (let i = 0; i < times; i++) {
      if (blocking) barrier.waitSync();
      else await barrier.wait();
    }
  };
  const others = await start(Array.from({ length: parties - 1 }, () => () => pass(WARM + count)));
  await pass(WARM);
  const seconds = await secondsEach(count, () => pass(count));
  await others.join();
  return seconds;
}
