import { api } from '../api.js';
import { childEcho, threadEcho, type Echo } from '../peers/echoes.js';
import { cpython, limit, ours, peer, secondsEach, type Row } from '../row.js';

const megabyte = 1 << 20;

export const echoMegabyte: Row = {
  id: 'megabyte',
  title: '1 MB echoed through a pipe',
  shown: { bandwidth: 2 * megabyte },
  contestants: [
    ours('blocking', ['Pipe', 'Process'], (times) => oursBlocking(times(500))),
    ours('awaiting', ['Pipe', 'Process'], (times) => oursAwaiting(times(500))),
    ours('blocking, into one buffer', ['Pipe', 'Process'], (times) => oursIntoOne(times(500))),
    cpython('megabyte'),
    limit('four copies and two futexes in C', 'megabyte', 2, 500),
    peer('worker_threads', 'copying', (times) => viaEvents(threadEcho(), times(300), new Uint8Array(megabyte))),
    peer('worker_threads', 'transferring', (times) => viaTransfer(times(300))),
    peer('child_process', 'advanced', (times) => viaEvents(childEcho('advanced'), times(100), Buffer.alloc(megabyte))),
  ],
};

/** By then each side has the memory that it will use, and V8 has compiled most of what it will compile. */
const warmUp = 300;

async function oursBlocking(count: number): Promise<number> {
  const [here, there] = api.Pipe();
  const child = new api.Process({
    target: () => {
      for (let i = 0; i < warmUp + count; i++) there.sendSync(there.recvSync());
    },
  });
  await child.start();
  const bytes = new Uint8Array(megabyte);
  const echo = (times: number) => {
    for (let i = 0; i < times; i++) {
      here.sendSync(bytes);
      here.recvSync();
    }
  };
  echo(warmUp);
  const seconds = await secondsEach(count, () => echo(count));
  await child.join();
  return seconds;
}

/** Nothing is allocated: each side has a buffer that it receives into and sends from. */
async function oursIntoOne(count: number): Promise<number> {
  const [here, there] = api.Pipe();
  const child = new api.Process({
    target: () => {
      const own = new Uint8Array(megabyte);
      for (let i = 0; i < warmUp + count; i++) {
        there.recvBytesIntoSync(own);
        there.sendBytesSync(own);
      }
    },
  });
  await child.start();
  const bytes = new Uint8Array(megabyte);
  const echo = (times: number) => {
    for (let i = 0; i < times; i++) {
      here.sendBytesSync(bytes);
      here.recvBytesIntoSync(bytes);
    }
  };
  echo(warmUp);
  const seconds = await secondsEach(count, () => echo(count));
  await child.join();
  return seconds;
}

async function oursAwaiting(count: number): Promise<number> {
  const [here, there] = api.Pipe();
  const child = new api.Process({
    target: async () => {
      for (let i = 0; i < warmUp + count; i++) await there.send(await there.recv());
    },
  });
  await child.start();
  const bytes = new Uint8Array(megabyte);
  const echo = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await here.send(bytes);
      await here.recv();
    }
  };
  await echo(warmUp);
  const seconds = await secondsEach(count, () => echo(count));
  await child.join();
  return seconds;
}

async function viaEvents(peerEcho: Echo, count: number, bytes: Uint8Array): Promise<number> {
  await using echo = peerEcho;
  for (let i = 0; i < warmUp; i++) await echo.echo(bytes);
  return await secondsEach(count, async () => {
    for (let i = 0; i < count; i++) await echo.echo(bytes);
  });
}

/** The memory itself goes there and comes back; nobody keeps a copy. */
async function viaTransfer(count: number): Promise<number> {
  await using echo = threadEcho();
  let bytes: unknown = new ArrayBuffer(megabyte);
  for (let i = 0; i < warmUp; i++) bytes = await echo.echo(bytes as ArrayBuffer);
  return await secondsEach(count, async () => {
    for (let i = 0; i < count; i++) bytes = await echo.echo(bytes as ArrayBuffer);
  });
}
