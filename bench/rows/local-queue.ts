import { LifoQueue, PriorityQueue, Queue } from 'manyfold/queue';
import { ours, peer, secondsEach, type Row } from '../row.js';

/** Those of others are queues of calls: each item is given to one function, one after the other. */
export const localQueue: Row = {
  id: 'local-queue',
  title: 'Items through a queue within one thread',
  shown: 'rate',
  contestants: [
    ours('putNowait, getNowait', [], (times) => withoutWaiting(times(3_000_000))),
    ours('put and get, awaited', [], (times) => awaiting(new Queue(), times(1_000_000))),
    ours('put and get, awaited, 16 at most', [], (times) => awaiting(new Queue(16), times(1_000_000))),
    ours('LifoQueue, awaited', [], (times) => awaiting(new LifoQueue(), times(1_000_000))),
    ours('PriorityQueue, awaited', [], (times) => awaiting(new PriorityQueue(), times(300_000))),
    peer('other queues', 'fastq, callbacks', (times) => fastqCallbacks(times(1_000_000))),
    peer('other queues', 'fastq, promises', (times) => fastqPromises(times(500_000))),
    peer('other queues', 'async', (times) => asyncQueue(times(500_000))),
    peer('other queues', 'p-queue', (times) => pQueue(times(100_000))),
  ],
};

/** At most so many are in the queue at a time, in each of the measurements without a limit of its own. */
const BURST = 1000;

function withoutWaiting(count: number): Promise<number> {
  const queue = new Queue<number>();
  return secondsEach(count, () => {
    for (let done = 0; done < count; done += BURST) {
      for (let item = 0; item < BURST; item++) queue.putNowait(item);
      for (let item = 0; item < BURST; item++) queue.getNowait();
    }
  });
}

function awaiting(queue: Queue<number>, count: number): Promise<number> {
  const produce = async () => {
    for (let item = 0; item < count; item++) await queue.put(item);
  };
  const consume = async () => {
    for (let item = 0; item < count; item++) await queue.get();
  };
  return secondsEach(count, () => Promise.all([produce(), consume()]));
}

async function fastqCallbacks(count: number): Promise<number> {
  const { default: fastq } = await import('fastq');
  let done = 0;
  const queue = fastq<unknown, number>((_item, callback) => callback(null), 1);
  return secondsEach(count, () => {
    for (let item = 0; item < count; item++) queue.push(item, () => done++);
    if (done !== count) throw new Error(`${done} of ${count} are done`);
  });
}

async function fastqPromises(count: number): Promise<number> {
  const { promise } = await import('fastq');
  const queue = promise<unknown, number>(async () => {}, 1);
  return secondsEach(count, async () => {
    for (let done = 0; done < count; done += BURST)
      await Promise.all(Array.from({ length: BURST }, (_, item) => queue.push(item)));
  });
}

/** It has no types of its own. */
interface Async {
  queue(worker: (item: number) => Promise<void>, concurrency: number): { push(item: number): Promise<void> };
}

async function asyncQueue(count: number): Promise<number> {
  const { createRequire } = await import('node:module');
  const queue = (createRequire(import.meta.url)('async') as Async).queue(async () => {}, 1);
  return secondsEach(count, async () => {
    for (let done = 0; done < count; done += BURST)
      await Promise.all(Array.from({ length: BURST }, (_, item) => queue.push(item)));
  });
}

async function pQueue(count: number): Promise<number> {
  const { default: PQueue } = await import('p-queue');
  const queue = new PQueue({ concurrency: 1 });
  return secondsEach(count, async () => {
    for (let done = 0; done < count; done += BURST)
      await Promise.all(Array.from({ length: BURST }, () => queue.add(async () => {})));
  });
}
