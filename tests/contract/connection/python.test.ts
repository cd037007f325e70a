/** CPython's multiprocessing.connection as the other side: each minor version that the machine has, of both handshakes. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { Client, Listener, type Address } from 'manyfold/connection';
import { guard } from '../../support/guard.js';
import { representativePythons, needsPython, type Python } from '../../support/peers.js';
import { addresses, key } from './pairs.js';

guard();

const pythons = representativePythons();
const listed = pythons.map(({ version }) => version).join(', ');

/** Runs a Python program and gives what it has printed. */
async function run({ path }: Python, program: string, ...args: string[]): Promise<string> {
  const child = spawn(path, ['-c', program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return output;
}

const asArgument = (address: Address) => JSON.stringify(address);

const client = `
import json, sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
address = json.loads(sys.argv[1])
address = tuple(address) if isinstance(address, list) else address
with Client(address, authkey=b'secret') as c:
    for size in (0, 1, 16384, 16385, 3000000):
        c.send_bytes(b'p' * size)
        assert c.recv_bytes() == b'n' * size
    c.send_bytes(b'part of a message', 5, 2)
try:
    Client(address, authkey=b'wrong')
except AuthenticationError as e:
    print(e)
`;

const server = `
import json, sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener
with Listener(('localhost', 0), authkey=b'secret') as listener:
    print(json.dumps(listener.address), flush=True)
    with listener.accept() as c:
        for size in (0, 1, 16384, 16385, 3000000):
            assert c.recv_bytes() == b'n' * size
            c.send_bytes(b'p' * size)
    try:
        listener.accept()
    except AuthenticationError as e:
        print(e, flush=True)
    listener.accept().close()
`;

const sizes = [0, 1, 16_384, 16_385, 3_000_000];

test(`a CPython client and a listener of ours (CPython ${listed})`, needsPython(), async () => {
  for (const python of pythons) {
    for (const [, given, family] of addresses().slice(2)) {
      await using listener = new Listener(given, { family, authkey: key });
      const printed = run(python, client, asArgument(listener.address));
      using connection = await listener.accept();
      for (const size of sizes) {
        assert.ok(Buffer.alloc(size, 'p').equals(await connection.recvBytes()));
        await connection.sendBytes(Buffer.alloc(size, 'n'));
      }
      assert.equal(Buffer.from(connection.recvBytesSync()).toString(), 'of');
      await assert.rejects(connection.recvBytes(), { code: 'ERR_EOF' });
      await assert.rejects(listener.accept(), { message: 'digest received was wrong' });
      assert.equal((await printed).trim(), 'digest sent was rejected');
    }
  }
});

test(`a CPython listener and a client of ours (CPython ${listed})`, needsPython(), async () => {
  for (const { path } of pythons) {
    const child = spawn(path, ['-c', server], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ended = once(child, 'close');
    const address = JSON.parse((await lines.next()).value) as Address;
    using connection = await Client(address, { authkey: key });
    for (const size of sizes) {
      connection.sendBytesSync(Buffer.alloc(size, 'n'));
      assert.ok(Buffer.alloc(size, 'p').equals(await connection.recvBytes()));
    }
    await assert.rejects(connection.recvBytes(), { code: 'ERR_EOF' });
    await assert.rejects(Client(address, { authkey: Buffer.from('wrong') }), { code: 'ERR_AUTHENTICATION_REJECTED' });
    assert.equal((await lines.next()).value, 'digest received was wrong');
    (await Client(address, { authkey: key })).close();
    assert.deepEqual(await ended, [0, null]);
  }
});
