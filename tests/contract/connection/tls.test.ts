/** Connections that are encrypted: a real handshake, and the one with the key inside of it. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { before, test } from 'node:test';
import { Process, Queue } from 'manyfold';
import { Client, ClientSync, Listener, type Address, type Connection } from 'manyfold/connection';
import { makeCertificate, needsOpenssl, type Certificate } from '../../support/certificates.js';
import { guard } from '../../support/guard.js';
import { programFolder, runProgram } from '../../support/program.js';

guard();

// What the first process opens is not the leak of the test that starts it.
before(async () => {
  const first = new Process({ target: () => {} });
  await first.start();
  await first.join();
});

const authkey = Buffer.from('secret');
let own: Certificate | undefined;
const certificate = (): Certificate => (own ??= makeCertificate());
const listenerOptions = () => ({ authkey, tls: certificate() });
const clientOptions = () => ({ authkey, tls: { ca: certificate().cert } });
const addresses: Address[] = [['localhost', 0], ['127.0.0.1', 0], '\0manyfold-tls-test'];

for (const address of addresses) {
  test(`values and bytes of any size, both ways (${JSON.stringify(address)})`, needsOpenssl(), async () => {
    await using listener = new Listener(address, listenerOptions());
    const accepted = listener.accept();
    using there = await Client(listener.address, clientOptions());
    using here = await accepted;
    await there.send({ hello: ['world'] });
    assert.deepEqual(await here.recv(), { hello: ['world'] });
    for (const size of [0, 1, 16_385, 3_000_000]) {
      const sent = here.sendBytes(Buffer.alloc(size, size));
      assert.deepEqual(Buffer.from(await there.recvBytes()), Buffer.alloc(size, size));
      await sent;
    }
    const waiting = there.recv();
    here.close();
    await assert.rejects(waiting, { name: 'EOFError' });
  });
}

test(
  'both sides may block, and those to whom the connection travels in the middle of a message',
  needsOpenssl(),
  async () => {
    await using listener = new Listener(['127.0.0.1', 0], listenerOptions());
    const { address } = listener;
    const options = clientOptions();
    const child = new Process({
      target: () => {
        using connection = ClientSync(address, options);
        connection.sendSync(Number(connection.recvSync()) + 1);
        connection.sendBytesSync(new Uint8Array(1_000_000).fill(7));
        connection.recvSync();
      },
    });
    await child.start();
    using connection = listener.acceptSync();
    connection.sendSync(1);
    assert.equal(connection.recvSync(), 2);
    const travelled = new Process({
      target: (end: Connection) => {
        if (end.recvBytesSync().length !== 1_000_000) process.exit(3);
        end.sendSync('done');
      },
      args: [connection],
    });
    await travelled.start();
    await travelled.join();
    assert.equal(travelled.exitCode, 0);
    await child.join();
    assert.equal(child.exitCode, 0);
  },
);

test('what crosses the wire is not what was sent', needsOpenssl(), async () => {
  await using listener = new Listener(['127.0.0.1', 0], listenerOptions());
  const [, port] = listener.address as [string, number];
  const accepted = assert.rejects(listener.accept(), { code: 'ERR_TLS_HANDSHAKE' });
  // One that speaks no TLS gets not even a challenge.
  const seen: Buffer[] = [];
  const socket = connect(port, '127.0.0.1').on('data', (chunk: Buffer) => seen.push(chunk));
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write(Buffer.alloc(100, 'x'));
  await accepted;
  await closed;
  assert.doesNotMatch(Buffer.concat(seen).toString('latin1'), /CHALLENGE/);
});

test('a certificate that is not trusted, or of another host, is an error at the call', needsOpenssl(), async () => {
  await using listener = new Listener(['127.0.0.1', 0], listenerOptions());
  const { address } = listener;
  const refused = { name: 'AuthenticationError', code: 'ERR_TLS_CERTIFICATE' };
  const dropped = listener.accept().catch((error: unknown) => error);
  await assert.rejects(Client(address, { authkey, tls: {} }), refused);
  assert.equal(((await dropped) as { code: string }).code, 'ERR_CONNECTION_RESET');

  const other = makeCertificate('example.org');
  await using elsewhere = new Listener(['127.0.0.1', 0], { authkey, tls: other });
  const left = assert.rejects(elsewhere.accept());
  await assert.rejects(Client(elsewhere.address, { authkey, tls: { ca: other.cert } }), refused);
  await left;
  const again = elsewhere.accept();
  // A name that is checked by a function of one's own.
  const options = { ca: other.cert, checkServerIdentity: () => undefined };
  (await Client(elsewhere.address, { authkey, tls: options })).close();
  (await again).close();
});

test(
  'the key is asked for inside; a certificate of the client, if the listener wants one',
  needsOpenssl(),
  async () => {
    const tls = { ...certificate(), requestCert: true, ca: certificate().cert };
    await using listener = new Listener(['127.0.0.1', 0], { authkey, tls });
    const { address } = listener;
    const first = listener.accept();
    (await Client(address, { authkey, tls: { ...certificate(), ca: certificate().cert } })).close();
    (await first).close();
    const second = assert.rejects(listener.accept(), { name: 'AuthenticationError', code: 'ERR_AUTHENTICATION_WRONG' });
    const wrong = { authkey: Buffer.from('wrong'), tls: { ...certificate(), ca: certificate().cert } };
    await assert.rejects(Client(address, wrong), { code: 'ERR_AUTHENTICATION_REJECTED' });
    await second;
    const third = assert.rejects(listener.accept());
    await assert.rejects(Client(address, clientOptions()), { name: /AuthenticationError|EOFError/ });
    await third;
  },
);

test('one side encrypts and the other does not', needsOpenssl(), async () => {
  await using plain = new Listener(['127.0.0.1', 0], { authkey });
  const left = assert.rejects(plain.accept());
  await assert.rejects(Client(plain.address, clientOptions()), { code: 'ERR_TLS_HANDSHAKE' });
  await left;
});

test('the other side ends before TLS is there, as one does that is killed', needsOpenssl(), async () => {
  const ports = new Queue<number>();
  // One that has read nothing resets the connection, one that has read ends it.
  const hangUp = async (reads: boolean) => {
    const server = createServer((socket) => void (reads ? socket.once('data', () => socket.end()) : socket.destroy()));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await ports.put((server.address() as AddressInfo).port);
  };
  for (const reads of [true, false]) {
    const child = new Process({ target: hangUp, args: [reads] });
    await child.start();
    const address: Address = ['127.0.0.1', await ports.get()];
    const cut = { name: 'OSError', code: 'ERR_CONNECTION_RESET' };
    await assert.rejects(Client(address, clientOptions()), cut);
    assert.throws(() => ClientSync(address, clientOptions()), cut);
    child.kill();
    await child.join();
  }
});

test('without a key, too; options that are none', needsOpenssl(), async () => {
  await using listener = new Listener(['127.0.0.1', 0], { tls: certificate() });
  const accepted = listener.accept();
  using there = await Client(listener.address, { tls: { ca: certificate().cert } });
  using here = await accepted;
  await there.send(1);
  assert.equal(await here.recv(), 1);
  assert.throws(() => new Listener(['127.0.0.1', 0], { tls: 1 as never }), { code: 'ERR_TLS_OPTIONS' });
  assert.throws(() => new Listener(['127.0.0.1', 0], { tls: { cert: 'none' } }), { code: 'ERR_TLS_OPTIONS' });
  assert.throws(() => ClientSync(listener.address, { tls: {} }), { code: 'ERR_WAITS_FOR_ITSELF' });
});

for (const [how, end] of [
  ['at its end', ''],
  ['by process.exit', 'process.exit();'],
] as const) {
  test(`what was sent goes out when the program ends ${how}`, needsOpenssl(), async () => {
    await using listener = new Listener(['127.0.0.1', 0], listenerOptions());
    using folder = programFolder({
      'main.mjs': `import { Client } from 'manyfold/connection';
const connection = await Client(${JSON.stringify(listener.address)}, { authkey: Buffer.from('secret'), tls: { ca: ${JSON.stringify(certificate().cert)} } });
await connection.sendBytes(new Uint8Array(100_000));
await connection.send('last words');
${end}`,
    });
    const ended = runProgram(folder.file('main.mjs'));
    using connection = await listener.accept();
    assert.equal((await connection.recvBytes()).length, 100_000);
    assert.equal(await connection.recv(), 'last words');
    await assert.rejects(connection.recv(), { name: /EOFError|OSError/ });
    const { code, stderr } = await ended;
    assert.deepEqual([code, stderr], [0, '']);
  });
}
