import { Piscina } from 'piscina';
import { api } from '../api.js';
import { threadEcho } from '../peers/echoes.js';
import { peerFile } from '../peers/files.js';
import { workers } from '../peers/pools.js';
import { ours, peer, secondsEach, type Row } from '../row.js';

/**
 * A small task with a buffer that goes there and comes back. Threads can hand memory over, which takes as long for a
 * megabyte as for a byte; between processes it is copied, unless it is shared from the beginning.
 */
export const transfers: readonly Row[] = [
  { id: 'transfer-16k', title: 'Task that gets a buffer of 16 KB and gives it back', size: 16 * 1024, count: 3000 },
  { id: 'transfer-1m', title: 'Task that gets a buffer of 1 MB and gives it back', size: 1024 * 1024, count: 500 },
].map(({ id, title, size, count }) => ({
  id,
  title,
  shown: 'time',
  contestants: [
    ours('process, copied', ['Pool'], (times) => copied('forkserver', size, times(count))),
    ours('thread, copied', ['Pool'], (times) => copied('thread', size, times(count))),
    ours('process, shared', ['Pool', 'RawArray'], (times) => shared(size, times(count))),
    peer('piscina', 'handed over', (times) => piscina(size, times(count))),
    peer('worker_threads', 'handed over', (times) => thread(size, times(count))),
  ],
}));

async function copied(method: 'forkserver' | 'thread', size: number, count: number): Promise<number> {
  const touch = (bytes: Uint8Array) => {
    bytes[0]! += 1;
    return bytes;
  };
  await using pool = new (api.getContext(method).Pool)(workers);
  return await thereAndBack<Uint8Array>(new Uint8Array(size), count, (bytes) => pool.apply(touch, [bytes]));
}

async function shared(size: number, count: number): Promise<number> {
  const bytes = new api.RawArray('B', size);
  const touch = (there: typeof bytes) => {
    there[0]! += 1;
  };
  await using pool = new api.Pool(workers);
  return await thereAndBack(undefined, count, () => pool.apply(touch, [bytes]));
}

async function piscina(size: number, count: number): Promise<number> {
  const filename = peerFile('transfer.js');
  const pool = new Piscina<ArrayBuffer, ArrayBuffer>({ filename, minThreads: workers, maxThreads: workers });
  const run = (memory: ArrayBuffer) => pool.run(memory, { transferList: [memory] });
  const seconds = await thereAndBack(new ArrayBuffer(size), count, run);
  await pool.destroy();
  return seconds;
}

/** No pool at all: a thread that sends back what it gets. */
async function thread(size: number, count: number): Promise<number> {
  await using echo = threadEcho();
  return await thereAndBack(new ArrayBuffer(size), count, (memory) => echo.echo(memory) as Promise<ArrayBuffer>);
}

async function thereAndBack<T>(first: T, count: number, run: (value: T) => Promise<T>): Promise<number> {
  let value = first;
  const repeat = async (): Promise<void> => {
    for (let i = 0; i < count; i++) value = await run(value);
  };
  await repeat();
  return await secondsEach(count, repeat);
}
