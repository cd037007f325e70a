import { api } from '../api.js';
import { cpython, ours, secondsEach, type Row } from '../row.js';

const crowds = [
  [1, 1],
  [2, 1],
  [4, 1],
  [8, 1],
  [2, 2],
  [4, 4],
  [8, 8],
] as const;
const needs = ['Event', 'Process', 'Queue', 'Semaphore'];

/** One queue between many: those who put into it, and those who take out of it. */
export const queueCrowds: readonly Row[] = crowds.map(([producers, consumers]) => ({
  id: `queue-${producers}-${consumers}`,
  title: `Small objects through one queue, producers and consumers: ${producers} and ${consumers}`,
  shown: 'rate',
  contestants: [
    ours('blocking', needs, (times) => transfer(producers, consumers, times(100_000), true)),
    ours('awaiting', needs, (times) => transfer(producers, consumers, times(100_000), false)),
    cpython('crowd', `${producers} ${consumers}`, ''),
  ],
}));

/** What each of them does before the time counts. */
const WARM_UP = 2000;

/** Seconds of each of about `count` items, when all producers begin at once, until the last consumer has had its part. */
async function transfer(producers: number, consumers: number, count: number, blocking: boolean): Promise<number> {
  const items = new api.Queue<{ i: number; s: string }>();
  const [go, done] = [new api.Event(), new api.Semaphore(0)];
  const each = Math.ceil(count / producers);
  const share = (one: number) => (one * producers) / consumers;
  const put = async (times: number) => {
    for (let i = 0; i < times; i++) {
      if (blocking) items.putSync({ i, s: 'hello' });
      else await items.put({ i, s: 'hello' });
    }
  };
  const take = async (times: number) => {
    for (let i = 0; i < times; i++) {
      if (blocking) items.getSync();
      else await items.get();
    }
  };
  const produce = async () => {
    await put(WARM_UP);
    done.release();
    await go.wait();
    await put(each);
  };
  const consume = async () => {
    await take(share(WARM_UP));
    done.release();
    await go.wait(); // else it might take from those who are not warm yet
    await take(share(each));
    done.release();
  };
  const targets = [...Array(producers).fill(produce), ...Array(consumers).fill(consume)] as (() => Promise<void>)[];
  const processes = targets.map((target) => new api.Process({ target }));
  for (const process of processes) await process.start();
  for (let i = 0; i < processes.length; i++) await done.acquire();
  const seconds = await secondsEach(each * producers, async () => {
    go.set();
    for (let i = 0; i < consumers; i++) await done.acquire();
  });
  for (const process of processes) await process.join();
  return seconds;
}
