import { api } from '../api.js';
import { childEcho, threadEcho, type Echo } from '../peers/echoes.js';
import { cpython, limit, ours, peer, secondsEach, type Row } from '../row.js';

const message = { a: 1, b: 'hello' };

/** By then V8 has compiled what it will compile. */
const WARM = 5000;

export const roundTrip: Row = {
  id: 'round-trip',
  title: 'Round trip of a small object through a pipe',
  shown: 'time',
  contestants: [
    ours('blocking', ['Pipe', 'Process'], (times) => oursBlocking(WARM, times(20_000))),
    ours('awaiting', ['Pipe', 'Process'], (times) => oursAwaiting(WARM, times(10_000))),
    cpython('round_trip', `${WARM} 20000`, ''),
    limit('two futexes in C', 'turns', 2, 20_000),
    peer('worker_threads', 'postMessage', (times) => viaEvents(threadEcho(), WARM, times(10_000))),
    peer('child_process', 'json', (times) => viaEvents(childEcho('json'), WARM, times(10_000))),
    peer('child_process', 'advanced', (times) => viaEvents(childEcho('advanced'), WARM, times(10_000))),
  ],
};

/** What a program pays that sends few messages: only that the other side is there has been waited for. */
export const firstRoundTrips: Row = {
  id: 'first-round-trips',
  title: 'Each of the first thousand round trips through a pipe',
  shown: 'time',
  contestants: [
    ours('blocking', ['Pipe', 'Process'], (times) => oursBlocking(1, times(1000))),
    ours('awaiting', ['Pipe', 'Process'], (times) => oursAwaiting(1, times(1000))),
    cpython('round_trip', '1 1000', ''),
    peer('worker_threads', 'postMessage', (times) => viaEvents(threadEcho(), 1, times(1000))),
    peer('child_process', 'json', (times) => viaEvents(childEcho('json'), 1, times(1000))),
    peer('child_process', 'advanced', (times) => viaEvents(childEcho('advanced'), 1, times(1000))),
  ],
};

async function oursBlocking(warmUp: number, count: number): Promise<number> {
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

async function oursAwaiting(warmUp: number, count: number): Promise<number> {
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

async function viaEvents(peerEcho: Echo, warmUp: number, count: number): Promise<number> {
  await using echo = peerEcho;
  for (let i = 0; i < warmUp; i++) await echo.echo(message);
  return await secondsEach(count, async () => {
    for (let i = 0; i < count; i++) await echo.echo(message);
  });
}
