/** Peers that mean harm, or are broken: a typed error on our side, bounded memory, and the others go on. */

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { Process } from 'manyfold';
import { Client, Listener, type Address } from 'manyfold/connection';
import { guard } from '../../support/guard.js';
import { Random } from '../../support/random.js';
import { until } from '../../support/wait.js';

guard();

const key = Buffer.from('secret');

async function raw(address: Address): Promise<Socket & Disposable> {
  const [host, port] = address as [string, number];
  const socket = connect(port, host).on('error', () => {});
  await once(socket, 'connect');
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() });
}

/** Whether somebody with the key is served, whatever else goes on. */
async function honest(listener: Listener): Promise<void> {
  const accepted = (async () => {
    for (;;) {
      try {
        return await listener.accept();
      } catch {
        // One of the others.
      }
    }
  })();
  using client = await Client(listener.address, { authkey: key });
  using connection = await accepted;
  await client.send('honest');
  assert.equal(await connection.recv(), 'honest');
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

for (const [title, bytes, code] of [
  ['a length of -2', hex('fffffffe'), 'ERR_MESSAGE_LENGTH'],
  ['a frame of 8 EB', hex('ffffffff 8000000000000000 00'), 'ERR_MESSAGE_LENGTH'],
  ['a frame longer than a handshake has', hex('00000101 00'), 'ERR_MESSAGE_LENGTH'],
  ['half a frame', hex('00000020 0011'), 'ERR_PARTIAL_MESSAGE'],
  ['half a header', hex('0000'), 'ERR_PARTIAL_MESSAGE'],
  ['nothing', hex(''), 'ERR_EOF'],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'ERR_MESSAGE_LENGTH'],
  ['an empty answer', hex('00000000'), 'ERR_AUTHENTICATION_WRONG'],
  ['an answer of zeros', Buffer.concat([hex('00000010'), Buffer.alloc(16)]), 'ERR_AUTHENTICATION_WRONG'],
] as const) {
  test(`instead of an answer to the challenge: ${title}`, async () => {
    await using listener = new Listener(['localhost', 0], { authkey: key });
    const accepted = listener.accept();
    using peer = await raw(listener.address);
    peer.end(bytes);
    await assert.rejects(accepted, { code });
    await honest(listener);
  });
}

test('an answer that was right once is wrong the next time', async () => {
  await using listener = new Listener(['localhost', 0], { authkey: key });
  const accepted = listener.accept();
  // A relay in between listens in on an honest client.
  const overheard: Buffer[] = [];
  await using relay = new Listener(['localhost', 0]);
  const client = Client(relay.address, { authkey: key });
  using fromClient = await relay.accept();
  using toListener = await Client(listener.address);
  for (let step = 0; step < 3; step++) {
    const [from, to] = step % 2 === 0 ? [toListener, fromClient] : [fromClient, toListener];
    const frame = await from.recvBytes();
    overheard.push(Buffer.from(frame));
    await to.sendBytes(frame);
  }
  const ends = [assert.rejects(client), assert.rejects(accepted)];
  fromClient.close();
  toListener.close();
  await Promise.all(ends);
  const second = assert.rejects(listener.accept(), { code: 'ERR_AUTHENTICATION_WRONG' });
  using replay = await Client(listener.address);
  await replay.recvBytes();
  await replay.sendBytes(overheard[1]!);
  assert.equal(Buffer.from(await replay.recvBytes()).toString(), '#FAILURE#');
  await second;
});

test('many who connect and say nothing, or only begin, keep nobody waiting', async () => {
  await using listener = new Listener(['localhost', 0], { authkey: key });
  const slow = await Promise.all(Array.from({ length: 200 }, () => raw(listener.address)));
  slow.forEach((peer, n) => n % 2 === 0 && peer.write(hex('000000')));
  await honest(listener);
  await honest(listener);
  for (const peer of slow) peer.destroy();
});

test('more than there is room for: the oldest strangers have to go, the honest come through', async () => {
  await using listener = new Listener(['localhost', 0], { authkey: key, backlog: 4096 });
  const gone = new Set<Socket>();
  const peers: Socket[] = [];
  let refused = 0;
  const accepting = (async () => {
    for (;;) {
      try {
        return await listener.accept();
      } catch (error) {
        assert.equal((error as { code: string }).code, 'ERR_AUTHENTICATION_TIMEOUT');
        refused++;
      }
    }
  })();
  for (let n = 0; n < 1200; n++) {
    const peer = await raw(listener.address);
    peer.once('close', () => gone.add(peer)).resume();
    peers.push(peer);
  }
  assert.ok(await until(() => gone.size >= 150 && refused >= 150));
  assert.ok(gone.has(peers[0]!) && !gone.has(peers.at(-1)!));
  using client = await Client(listener.address, { authkey: key });
  using connection = await accepting;
  await connection.send('hello');
  assert.equal(await client.recv(), 'hello');
  for (const peer of peers) peer.destroy();
});

test('a flood of connections while nobody accepts is bounded, and whoever is left is served', async () => {
  await using listener = new Listener(['localhost', 0], { backlog: 4096 });
  const peers: Socket[] = [];
  for (let n = 0; n < 1100; n++) peers.push(await raw(listener.address));
  assert.ok(await until(() => peers.some((peer) => peer.resume().closed)));
  for (const peer of peers) peer.destroy();
  // Those who were let in have gone; each is accepted nevertheless, and its end is seen.
  for (let n = 0; n < 1024; n++) {
    using connection = await listener.accept();
    await assert.rejects(connection.recv());
  }
});

test('garbage of any kind, from many peers: each gets an error, and the honest are served all the time', async () => {
  const random = Random.printed();
  await using listener = new Listener(['localhost', 0], { authkey: key });
  const peers = Number(process.env['FUZZ_PEERS'] ?? 100);
  for (let n = 0; n < peers; n++) {
    using peer = await raw(listener.address);
    const length = random.below(400);
    const bytes = Buffer.from(Array.from({ length }, () => (random.below(2) === 0 ? 0 : random.below(256))));
    if (random.below(2) === 0) peer.write(hex('00000028'));
    if (random.below(2) === 0) peer.end(bytes);
    else peer.write(bytes);
    if (n % 10 === 0) await honest(listener);
  }
  await honest(listener);
});

for (const blocking of [false, true]) {
  test(`a peer that is killed in the middle of a message (${blocking ? 'blocking' : 'awaiting'})`, async () => {
    await using listener = new Listener(['localhost', 0]);
    const { address } = listener;
    const child = new Process({
      target: async () => {
        const connection = await Client(address);
        await connection.sendBytes(new Uint8Array(10));
        void connection.sendBytes(new Uint8Array(50_000_000));
        await new Promise(() => setInterval(() => {}, 1000));
      },
    });
    await child.start();
    using connection = await listener.accept();
    assert.equal((await connection.recvBytes()).length, 10);
    const received = blocking ? undefined : connection.recvBytes();
    received?.catch(() => {});
    assert.ok(await until(async () => await connection.poll()));
    child.kill();
    await child.join();
    if (received) await assert.rejects(received, { name: 'OSError' });
    else assert.throws(() => connection.recvBytesSync(), { name: 'OSError' });
  });
}

test('a listener that is killed leaves its clients an end', async () => {
  await using listener = new Listener(['localhost', 0]);
  const { address } = listener;
  const child = new Process({
    target: async () => {
      const own = new Listener(['localhost', 0]);
      using report = await Client(address);
      await report.send(own.address);
      await (await own.accept()).recv();
      await new Promise(() => setInterval(() => {}, 1000));
    },
  });
  await child.start();
  using report = await listener.accept();
  using client = await Client((await report.recv()) as [string, number]);
  const received = client.recv();
  received.catch(() => {});
  child.kill();
  await child.join();
  await assert.rejects(received);
});
