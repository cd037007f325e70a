/** What the ends of a socket connection do: the members of a pipe's end, awaiting and blocking. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { frameHeader } from '#dist/network/frames.js';
import { AuthenticationError, BufferTooShort, EOFError, Lock, OSError, PicklingError, ValueError } from 'manyfold';
import { answerChallenge, Client, deliverChallenge } from 'manyfold/connection';
import { guard } from '../../support/guard.js';
import { connected } from './pairs.js';

guard();

const bytes = (text: string) => Buffer.from(text);
const text = (received: Uint8Array) => Buffer.from(received).toString();

test('connection-001 connection-005 connection-021 messages of any size, empty ones too, arrive one for one', async () => {
  using pair = await connected();
  const { here, there } = pair;
  for (const message of ['hello', '', 'a', 'b', '', 'x'.repeat(16_384), 'y'.repeat(16_385), 'z'.repeat(16 * 2 ** 20)]) {
    const sent = here.sendBytes(bytes(message));
    assert.equal(text(await there.recvBytes()), message);
    await sent;
    await Promise.all([
      there.sendBytes(bytes(message)),
      here.recvBytes().then((it) => assert.equal(text(it), message)),
    ]);
  }
});

test('connection-021 the same, blocking', async () => {
  using pair = await connected();
  const { here, there } = pair;
  for (const message of ['hello', '', 'a', 'b', '', 'x'.repeat(16_385)]) {
    here.sendBytesSync(bytes(message));
    assert.equal(there.pollSync(), true);
    assert.equal(text(there.recvBytesSync()), message);
    assert.equal(there.pollSync(), false);
  }
});

test('connection-009 parts of a buffer', async () => {
  using pair = await connected();
  const { here, there } = pair;
  const letters = bytes('abcdefghijklmnopqrstuvwxyz');
  for (const [offset, size, expected] of [
    [5, undefined, letters.subarray(5)],
    [7, 8, letters.subarray(7, 15)],
    [26, undefined, bytes('')],
    [26, 0, bytes('')],
  ] as const) {
    await here.sendBytes(letters, offset, size);
    assert.equal(text(await there.recvBytes()), text(expected));
  }
  for (const [offset, size] of [
    [27, undefined],
    [22, 5],
    [26, 1],
    [-1, undefined],
    [4, -1],
    [0.5, 1],
  ] as const) {
    await assert.rejects(here.sendBytes(letters, offset, size), { name: 'ValueError', code: 'ERR_BYTES_RANGE' });
    assert.throws(() => here.sendBytesSync(letters, offset, size), ValueError);
  }
  await assert.rejects(here.sendBytes('text' as unknown as Uint8Array), { name: 'TypeError', code: 'ERR_BYTES_TYPE' });
});

test('connection-002 connection-003 into a buffer, which is filled from an offset on, or too short', async () => {
  using pair = await connected();
  const { here, there } = pair;
  await here.sendBytes(Float64Array.of(1, 2));
  const numbers = new Float64Array(4).fill(9);
  assert.equal(await there.recvBytesInto(numbers), 16);
  assert.deepEqual([...numbers], [1, 2, 9, 9]);
  here.sendBytesSync(Float64Array.of(3));
  assert.equal(there.recvBytesIntoSync(numbers, 24), 8);
  assert.deepEqual([...numbers], [1, 2, 9, 3]);
  const long = Buffer.alloc(110, 'm');
  await here.sendBytes(long);
  await assert.rejects(there.recvBytesInto(Buffer.alloc(40)), (error) => {
    assert.ok(error instanceof BufferTooShort && error.code === 'ERR_BUFFER_TOO_SHORT');
    return long.equals(error.bytes);
  });
  await assert.rejects(there.recvBytesInto(Buffer.alloc(40), 41), ValueError);
  await here.sendBytes(bytes('next'));
  assert.equal(text(await there.recvBytes()), 'next');
});

test('recvBytes with a limit: a longer message is an error, after which nothing can be received, but sent', async () => {
  using pair = await connected();
  const { here, there } = pair;
  await here.sendBytes(bytes('12345'));
  await here.sendBytes(bytes('123456'));
  assert.equal(text(await there.recvBytes(5)), '12345');
  await assert.rejects(there.recvBytes(5), { name: 'OSError', code: 'ERR_MESSAGE_LENGTH' });
  await assert.rejects(there.recvBytes(), OSError);
  assert.throws(() => there.recvBytesSync(), OSError);
  await there.sendBytes(bytes('sorry'));
  assert.equal(text(await here.recvBytes()), 'sorry');
  await assert.rejects(there.recvBytes(-1), ValueError);
});

test('connection-004 connection-018 connection-020 poll says whether something, or the end, has come', async () => {
  using pair = await connected();
  const { here, there } = pair;
  assert.equal(await here.poll(), false);
  assert.equal(await here.poll(-1), false);
  assert.equal(here.pollSync(-1), false);
  const start = performance.now();
  assert.equal(await here.poll(30), false);
  assert.equal(here.pollSync(30), false);
  assert.ok(performance.now() - start >= 59);
  const waiting = here.poll(60_000);
  await there.sendBytes(bytes(''));
  assert.equal(await waiting, true);
  assert.ok((await here.poll()) && here.pollSync());
  assert.equal((await here.recvBytes()).length, 0);
  assert.equal(await here.poll(), false);
  there.close();
  assert.ok((await here.poll(1000)) && here.pollSync());
  await assert.rejects(here.recv(), EOFError);
});

test('connection-022 connection-023 polls in between neither merge messages nor take of them', async () => {
  using pair = await connected();
  const { here, there } = pair;
  for (const polls of [0, 1, 2, 3]) {
    for (const message of ['a', 'b', 'cd']) here.sendBytesSync(bytes(message));
    for (const message of ['a', 'b', 'cd']) {
      for (let n = 0; n < polls; n++) assert.ok(n % 2 === 0 ? await there.poll() : there.pollSync());
      assert.equal(text(polls % 2 === 0 ? await there.recvBytes() : there.recvBytesSync()), message);
    }
    assert.equal(await there.poll(), false);
  }
});

test('connection-006 connection-015 a peer that has closed: what it sent, then the end; sending is a broken pipe', async () => {
  using pair = await connected();
  const { here, there } = pair;
  await there.send('last');
  there.close();
  assert.equal(await here.recv(), 'last');
  await assert.rejects(here.recv(), { name: 'EOFError', code: 'ERR_EOF' });
  assert.throws(() => here.recvBytesSync(), EOFError);
  here.sendSync('into the void'); // the other side's system answers that there is nobody
  await assert.rejects(
    async () => {
      for (let round = 0; round < 1000; round++) await here.send('again');
    },
    { name: 'OSError', code: 'ERR_BROKEN_PIPE' },
  );
});

test('connection-013 connection-014 a closed end refuses everything, and closes twice', async () => {
  using pair = await connected();
  const { here } = pair;
  const pending = [here.recv(), here.poll(60_000), here.recvBytes()];
  assert.ok(here.fileno() > 2);
  {
    using inner = here;
    assert.deepEqual([inner.closed, inner.readable, inner.writable], [false, true, true]);
  }
  here.close();
  assert.equal(here.closed, true);
  const closed = { message: 'handle is closed', code: 'ERR_CONNECTION_CLOSED' };
  for (const wait of pending) await assert.rejects(wait, closed);
  const calls = [here.recv(), here.send(1), here.poll(), here.sendBytes(bytes('')), here.recvBytes()];
  for (const call of calls) await assert.rejects(call, closed);
  assert.throws(() => here.recvSync(), closed);
  assert.throws(() => here.sendSync(1), closed);
  assert.throws(() => here.fileno(), closed);
});

test('whoever blocks has what it sent before go out, also what was only begun', async () => {
  using pair = await connected();
  const { here, there } = pair;
  // More than the system takes at once, so that the rest is on its way when the blocking calls come.
  const long = Buffer.alloc(8 * 2 ** 20, 'l');
  const sent = [here.sendBytes(long), here.sendBytes(bytes('second'))];
  const received: string[] = [];
  const receiving = (async () => {
    for (let n = 0; n < 3; n++) received.push(text(await there.recvBytes()));
  })();
  assert.equal(here.pollSync(1), false);
  await Promise.all(sent);
  here.sendBytesSync(bytes('third'));
  await receiving;
  assert.deepEqual(received, [text(long), 'second', 'third']);
});

test('blocking in the middle of what goes out neither doubles nor mixes what the other end gets', async () => {
  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connecting = Client(['127.0.0.1', (server.address() as net.AddressInfo).port]);
  const [[peer], here] = await Promise.all([once(server, 'connection') as Promise<[net.Socket]>, connecting]);
  server.close();
  const fd = (Reflect.get(peer, '_handle') as { fd: number }).fd;
  const received: Buffer[] = [];
  const receive = () => {
    const room = Buffer.alloc(2 ** 20);
    received.push(room.subarray(0, fs.readSync(fd, room)));
  };
  const [long, second] = [Buffer.alloc(32 * 2 ** 20, 'l'), Buffer.alloc(1000, 's')];
  const sent = [here.sendBytes(long), here.sendBytes(second)];
  // The end of what was taken back is told after this phase of the event loop: then there is room for the second one.
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(here.pollSync(1), false);
  for (let n = 0; n < 4; n++) receive();
  await new Promise((resolve) => setImmediate(resolve));
  peer.on('data', (chunk: Buffer) => received.push(chunk)).resume();
  await Promise.all(sent);
  here.close();
  await once(peer, 'close');
  const wanted = [long, second].flatMap((message) => [frameHeader(message.length), message]);
  assert.ok(Buffer.concat(received).equals(Buffer.concat(wanted)));
});

test('connection-016 a peer that ends in the middle of a message is an OSError, and no EOFError', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (const blocking of [false, true]) {
    const connecting = Client(['127.0.0.1', (server.address() as net.AddressInfo).port]);
    const [[peer], here] = await Promise.all([once(server, 'connection') as Promise<[net.Socket]>, connecting]);
    const receive = async () => (blocking ? here.recvBytesSync() : here.recvBytes());
    peer.end(Buffer.concat([frameHeader(3), bytes('one'), frameHeader(100), bytes('half')]));
    await once(peer, 'finish');
    assert.equal(text(await receive()), 'one');
    await assert.rejects(receive, {
      name: 'OSError',
      code: 'ERR_PARTIAL_MESSAGE',
      message: 'got end of file during message',
    });
    here.close();
    peer.destroy();
  }
  server.close();
  await once(server, 'close');
});

test('connection-023 what came before anybody asked for it comes once, to those who block and those who await', async () => {
  using pair = await connected();
  const { here, there } = pair;
  const turns = async () => {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const messages = Array.from({ length: 8 }, (_, number) => `message ${number}`);
  const first = there.recvBytes(); // from now on the event loop reads
  await here.sendBytes(bytes('first'));
  assert.equal(text(await first), 'first');
  for (const message of messages) {
    await here.sendBytes(bytes(message));
    await turns();
  }
  const awaited = there.recvBytes();
  there.sendBytesSync(bytes('in between'));
  const got = [text(there.recvBytesSync()), text(await there.recvBytes()), text(there.recvBytesSync())];
  got.unshift(text(await awaited));
  while (there.pollSync()) got.push(text(there.recvBytesSync()));
  assert.deepEqual(got, messages);
});

test('what was given to send goes out, although the end is closed at once', async () => {
  using pair = await connected();
  const { here, there } = pair;
  const long = Buffer.alloc(8 * 2 ** 20, 'l');
  const sent = here.sendBytes(long);
  here.close();
  assert.equal((await there.recvBytes()).length, long.length);
  await sent;
  await assert.rejects(there.recv(), EOFError);
});

test('values are plain data: no functions, no classes, no handles', async () => {
  using pair = await connected();
  const { here, there } = pair;
  class Point {
    x = 1;
  }
  for (const [value, path] of [
    [() => 1, 'value'],
    [{ a: [Point] }, 'value -> .a -> [0]'],
    [[new Point()], 'value -> [0]'],
    [{ lock: new Lock() }, 'value -> .lock'],
    [new Map([['c', here]]), 'value -> .get("c")'],
    [Symbol.iterator, 'value'],
  ] as const) {
    const refused = (error: unknown) =>
      error instanceof PicklingError && error.code === 'ERR_PICKLE_ABROAD' && error.message.endsWith(`: ${path}`);
    await assert.rejects(here.send(value), refused);
    assert.throws(() => here.sendSync(value), refused);
  }
  const cyclic: unknown[] = [new Date(0), 5n, /a/g, new Error('e'), undefined];
  cyclic.push(cyclic);
  await here.send(cyclic);
  assert.deepEqual(await there.recv(), cyclic);
  await here.sendBytes(bytes('garbage'));
  await assert.rejects(there.recv(), { code: 'ERR_PICKLE_CORRUPT' });
  await here.send('and on');
  assert.equal(await there.recv(), 'and on');
});

test('connection-033 connection-034 bogus answers and verdicts in a handshake', async () => {
  const key = bytes('peekaboo');
  using pair = await connected();
  const { here, there } = pair;
  const delivered = deliverChallenge(here, key);
  await there.recvBytes(256);
  await there.sendBytes(bytes('something bogus'));
  await assert.rejects(delivered, AuthenticationError);
  assert.equal(text(await there.recvBytes()), '#FAILURE#');

  const answered = answerChallenge(here, key);
  await there.sendBytes(Buffer.concat([bytes('#CHALLENGE#'), Buffer.alloc(20)]));
  await there.recvBytes();
  await there.sendBytes(bytes('something bogus'));
  await assert.rejects(answered, { code: 'ERR_AUTHENTICATION_REJECTED' });

  const confused = answerChallenge(here, key);
  await there.sendBytes(bytes('something bogus'));
  await assert.rejects(confused, { code: 'ERR_AUTHENTICATION_PROTOCOL' });
});
