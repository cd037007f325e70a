/** Peers of a manager's server that mean harm: refused in bounded memory, while honest clients go on. STRANGERS=10000 for a long run. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { Client, type Address } from 'manyfold/connection';
import { registerPickle, SyncManager, type DictProxy } from 'manyfold/managers';
import { guard } from '../../support/guard.js';
import { Random } from '../../support/random.js';

guard();

const strangers = Number(process.env['STRANGERS'] ?? 300);
const key = Buffer.from('secret');

class Server extends SyncManager {}
Server.register('Memory', () => ({ used: () => process.memoryUsage().rss }));

async function started(): Promise<Server> {
  const manager = new Server({ address: ['127.0.0.1', 0], authkey: key });
  await manager.start();
  return manager;
}

async function raw(address: Address): Promise<Socket> {
  const [host, port] = address as [string, number];
  const socket = connect(port, host).on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function honest(address: Address): Promise<DictProxy> {
  const client = new Server({ address, authkey: key });
  await client.connect();
  const dict = await client.dict({ a: 1 });
  assert.equal(await dict.get('a'), 1);
  await client[Symbol.asyncDispose]();
  return dict;
}

test('a flood of strangers, silent, slow, or talking nonsense', async () => {
  await using manager = await started();
  const random = Random.printed();
  const memory = await manager.create<{ used(): number }>('Memory');
  const before = await memory.used();
  const open: Socket[] = [];
  for (let count = 0; count < strangers; count++) {
    const socket = await raw(manager.address!);
    const kind = random.below(4);
    if (kind === 1) socket.write(Buffer.from([0, 0])); // and never the rest
    if (kind === 2) socket.write(Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256))));
    if (kind === 3) socket.write(Buffer.from('7fffffff', 'hex'));
    open.push(socket);
    if (open.length > 500) open.shift()!.destroy();
    if (count % 100 === 50) await honest(manager.address!);
  }
  await honest(manager.address!);
  for (const socket of open) socket.destroy();
  const grown = (await memory.used()) - before;
  assert.ok(grown < 200 * 2 ** 20, `${Math.round(grown / 2 ** 20)} MB more`);
});

test('before the handshake nothing is decoded, and a recorded one is of no use', async () => {
  await using manager = await started();
  // A pickle in place of the answer; what it names must not be asked for.
  let named = 0;
  class Thing {
    name = 'thing';
  }
  registerPickle('hostile.Thing', Thing, { create: () => (named++, new Thing()) });
  const socket = await raw(manager.address!);
  const pickle = Buffer.from('80048c07686f7374696c65948c055468696e67949394 29 52 2e'.replaceAll(' ', ''), 'hex');
  const frame = Buffer.alloc(4 + pickle.length);
  frame.writeInt32BE(pickle.length);
  pickle.copy(frame, 4);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(frame);
  await once(socket, 'close');
  assert.equal(named, 0);
  assert.match(Buffer.concat(chunks).toString('latin1'), /#FAILURE#/);
  await honest(manager.address!);
});

test('one who knows the key and sends nonsense harms nobody but itself', async () => {
  await using manager = await started();
  const { address } = manager;
  const messages = [
    Buffer.from('not a pickle'),
    Buffer.from([0x80, 4, 0x4e, 0x2e]), // None
    Buffer.from('8004286370 6f7369780a73797374656d0a2e'.replaceAll(' ', ''), 'hex'),
    Buffer.from('80046370 6f7369780a73797374656d0a8c026964 85522e'.replaceAll(' ', ''), 'hex'), // posix.system('id')
    new Uint8Array(),
  ];
  for (const message of messages) {
    using connection = await Client(address!, { authkey: key });
    await connection.sendBytes(message);
    const reply = Buffer.from(await connection.recvBytes());
    assert.match(reply.toString('latin1'), /#TRACEBACK/);
  }
  await honest(address!);
});
