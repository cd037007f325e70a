import { api } from '../api.js';
import { childEcho, threadEcho, type Echo } from '../peers/echoes.js';
import { cpython, limit, ours, peer, secondsEach, type Row } from '../row.js';

export const roundTrip: Row = {
  id: 'round-trip',
  title: 'Round trip of a small object through a pipe',
  shown: 'time',
  contestants: [
    ours('blocking', ['Pipe', 'Process'], (times) => oursBlocking(times(20_000))),
    ours('awaiting', ['Pipe', 'Process'], (times) => oursAwaiting(times(10_000))),
    cpython('round_trip'),
    limit('two futexes in C', 'turns', 2, 20_000),
    peer('worker_threads', 'postMessage', (times) => viaEvents(threadEcho(), times(10_000))),
    peer('child_process', 'json', (times) => viaEvents(childEcho('json'), times(10_000))),
    peer('child_process', 'advanced', (times) => viaEvents(childEcho('advanced'), times(10_000))),
  ],
};

const message = { a: 1, b: 'hello' };
const warmUp = 500;

async function oursBlocking(count: number): Promise<number> {
  const [here, there] = api.Pipe();
  const child = new api.Process({
    target: () => {
      for (let got = there.recvSync(); got !== null; got = there.recvSync()) there.sendSync(got);
    },
  });
  await child.start();
  const echo = (times: number) => {
    for (let i = 0; i < times; i++) {
      here.sendSync(message);
      here.recvSync();
    }
  };
  echo(warmUp);
  const seconds = await secondsEach(count, () => echo(count));
  here.sendSync(null);
  await child.join();
  return seconds;
}

async function oursAwaiting(count: number): Promise<number> {
  const [here, there] = api.Pipe();
  const child = new api.Process({
    target: async () => {
      for (let got = await there.recv(); got !== null; got = await there.recv()) await there.send(got);
    },
  });
  await child.start();
  const echo = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await here.send(message);
      await here.recv();
    }
  };
  await echo(warmUp);
  const seconds = await secondsEach(count, () => echo(count));
  await here.send(null);
  await child.join();
  return seconds;
}

async function viaEvents(peerEcho: Echo, count: number): Promise<number> {
  await using echo = peerEcho;
  for (let i = 0; i < warmUp; i++) await echo.echo(message);
  return await secondsEach(count, async () => {
    for (let i = 0; i < count; i++) await echo.echo(message);
  });
}
