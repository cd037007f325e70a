import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { api } from '../api.js';
import { peerFile } from '../peers/files.js';
import { cpython, ours, peer, secondsEach, type Row } from '../row.js';

export const oneWayQueue: Row = {
  id: 'queue',
  title: 'Small objects one way through a queue',
  shown: 'rate',
  contestants: [
    ours('Queue, blocking', ['Queue', 'Process'], (times) => oursBlocking('Queue', times(200_000))),
    ours('Queue, awaiting', ['Queue', 'Process'], (times) => oursAwaiting(times(200_000))),
    ours('SimpleQueue, blocking', ['SimpleQueue', 'Process'], (times) => oursBlocking('SimpleQueue', times(200_000))),
    cpython('queue', 'Queue'),
    cpython('queue', 'SimpleQueue'),
    peer('worker_threads', 'postMessage', (times) => toThread(times(200_000))),
    peer('child_process', 'json', (times) => toChild('json', times(50_000))),
    peer('child_process', 'advanced', (times) => toChild('advanced', times(50_000))),
  ],
};

/** Items that go before the others, so that V8 has compiled what it will compile. */
const WARM_UP = 20_000;

async function oursBlocking(kind: 'Queue' | 'SimpleQueue', count: number): Promise<number> {
  const items = new api[kind]();
  const news = new api.SimpleQueue();
  const consumer = new api.Process({
    target: () => {
      for (const times of [WARM_UP, count]) {
        for (let i = 0; i < times; i++) items.getSync();
        news.putSync('done');
      }
    },
  });
  await consumer.start();
  const send = (times: number) => {
    for (let i = 0; i < times; i++) items.putSync({ i, s: 'hello' });
    news.getSync();
  };
  send(WARM_UP);
  const seconds = await secondsEach(count, () => send(count));
  await consumer.join();
  return seconds;
}

async function oursAwaiting(count: number): Promise<number> {
  const items = new api.Queue();
  const news = new api.SimpleQueue();
  const consumer = new api.Process({
    target: async () => {
      for (const times of [WARM_UP, count]) {
        for (let i = 0; i < times; i++) await items.get();
        await news.put('done');
      }
    },
  });
  await consumer.start();
  const send = async (times: number) => {
    for (let i = 0; i < times; i++) await items.put({ i, s: 'hello' });
    await news.get();
  };
  await send(WARM_UP);
  const seconds = await secondsEach(count, () => send(count));
  await consumer.join();
  return seconds;
}

async function toThread(count: number): Promise<number> {
  const worker = new Worker(peerFile('count.js'), { workerData: [WARM_UP, count] });
  const message = () => new Promise((resolve) => worker.once('message', resolve));
  const send = async (times: number) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    for (let i = 0; i < times; i++) worker.postMessage({ i, s: 'hello' });
    await message();
  };
  await send(WARM_UP);
  const seconds = await secondsEach(count, () => send(count));
  await worker.terminate();
  return seconds;
}

async function toChild(serialization: 'json' | 'advanced', count: number): Promise<number> {
  const child = fork(peerFile('count.js'), [WARM_UP, count].map(String), { serialization });
  const message = () => new Promise((resolve) => child.once('message', resolve));
  const send = async (times: number) => {
    for (let i = 0; i < times; i++) child.send({ i, s: 'hello' });
    await message();
  };
  await send(WARM_UP);
  const seconds = await secondsEach(count, () => send(count));
  child.kill();
  return seconds;
}
