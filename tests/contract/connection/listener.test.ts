/** Listener and Client: addresses, accepting, and the end of both. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { EOFError, getContext, OSError } from 'manyfold';
import { Client, ClientSync, families, Listener, type Connection } from 'manyfold/connection';
import { eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';
import { addresses, key } from './pairs.js';

for (const [title, given, family] of addresses()) {
  test(`connection-027 listener and client meet at ${title}`, async () => {
    await using listener = new Listener(given, { family, authkey: key });
    const { address } = listener;
    assert.equal(listener.lastAccepted, null);
    const [there, here] = await Promise.all([listener.accept(), Client(address, { authkey: key })]);
    assert.deepEqual(Array.isArray(listener.lastAccepted), Array.isArray(address));
    await here.send({ from: ['here', 2.25, null] });
    assert.deepEqual(await there.recv(), { from: ['here', 2.25, null] });
    there.sendSync(new Map([[1, new Set('b')]]));
    assert.deepEqual(here.recvSync(), new Map([[1, new Set('b')]]));
    here.close();
    await assert.rejects(there.recv(), EOFError);
    there.close();
  });
}

test('the file of a Unix socket is gone when the listener is closed', () => {
  const [, path] = addresses()[3]!;
  const listener = new Listener(path);
  assert.ok(existsSync(path as string));
  listener.close();
  assert.ok(!existsSync(path as string));
  listener.close();
  assert.equal(listener.closed, true);
});

test('connection-029 a client that sent and left before it was accepted is still heard', async () => {
  await using listener = new Listener(['localhost', 0]);
  for (const blocking of [false, true]) {
    const client = await Client<string>(listener.address);
    await client.send('hello');
    client.close();
    using connection = blocking ? listener.acceptSync() : await listener.accept();
    assert.equal(await connection.recv(), 'hello');
    await assert.rejects(connection.recv(), { code: 'ERR_EOF' });
  }
});

test('connection-026 a key of no bytes is a key', async () => {
  await using listener = new Listener(null, { authkey: new Uint8Array(0) });
  const client = Client(listener.address, { authkey: new Uint8Array(0) });
  using connection = await listener.accept();
  using other = await client;
  await other.send(1);
  assert.equal(await connection.recv(), 1);
});

test('connection-037 a wrong key is an error on both sides, and the listener goes on', async () => {
  await using listener = new Listener(null, { authkey: key });
  const wrong = Client(listener.address, { authkey: Buffer.from('wrong') });
  await Promise.all([
    assert.rejects(listener.accept(), { name: 'AuthenticationError', message: 'digest received was wrong' }),
    assert.rejects(wrong, { name: 'AuthenticationError', message: 'digest sent was rejected' }),
  ]);
  const right = Client(listener.address, { authkey: key });
  (await listener.accept()).close();
  (await right).close();
});

test('connection-036 a key that is no bytes is refused at the call', async () => {
  const wrong = 'secret' as unknown as Uint8Array;
  assert.throws(() => new Listener(null, { authkey: wrong }), { name: 'TypeError', code: 'ERR_AUTHKEY' });
  await assert.rejects(Client(['localhost', 1], { authkey: wrong }), { code: 'ERR_AUTHKEY' });
  assert.throws(() => ClientSync(['localhost', 1], { authkey: wrong }), TypeError);
});

test('an address in use, a port without a listener, a name without a host', async () => {
  await using listener = new Listener(['127.0.0.1', 0]);
  const { address } = listener;
  assert.throws(() => new Listener(address), { name: 'OSError', code: 'ERR_ADDRESS_IN_USE' });
  listener.close();
  const [, path] = addresses()[3]!;
  for (const nobody of [address, path!, '\0manyfold nobody']) {
    await assert.rejects(Client(nobody), { name: 'OSError', code: 'ERR_CONNECTION_REFUSED' });
    assert.throws(() => ClientSync(nobody), { code: 'ERR_CONNECTION_REFUSED' });
  }
  assert.throws(() => new Listener(['no.such.host.invalid', 0]), { code: 'ERR_HOST_UNKNOWN' });
  assert.throws(() => new Listener(['203.0.113.1', 0]), { code: 'ERR_ADDRESS_NOT_AVAILABLE' });
});

test('what is no address, no family, no backlog', async () => {
  assert.deepEqual([...families].toSorted(), ['AF_INET', 'AF_UNIX']);
  const wrong = [
    42,
    ['localhost'],
    ['localhost', -1],
    ['localhost', 70_000],
    ['localhost', '80'],
    '',
    'a\0b',
    'x'.repeat(108),
  ];
  for (const address of wrong) {
    assert.throws(() => new Listener(address as string), { code: 'ERR_SOCKET_ADDRESS' }, String(address));
    await assert.rejects(Client(address as string), { code: 'ERR_SOCKET_ADDRESS' });
  }
  assert.throws(() => new Listener(null, { family: 'AF_PIPE' as 'AF_INET' }), { code: 'ERR_SOCKET_FAMILY' });
  assert.throws(() => new Listener('name', { family: 'AF_INET' }), { code: 'ERR_SOCKET_ADDRESS' });
  assert.throws(() => new Listener(null, { backlog: -1 }), { code: 'ERR_BACKLOG' });
});

test('a listener that is closed accepts nobody, and whoever waits for it learns that', async () => {
  const listener = new Listener();
  const waiting = listener.accept();
  const iterated = (async () => {
    for await (const connection of listener) connection.close();
    return 'ended';
  })();
  listener.close();
  await assert.rejects(waiting, { name: 'OSError', code: 'ERR_LISTENER_CLOSED' });
  assert.equal(await iterated, 'ended');
  await assert.rejects(listener.accept(), OSError);
  assert.throws(() => listener.acceptSync(), OSError);
});

test('waits end: a timeout, a signal', async () => {
  await using listener = new Listener(null, { authkey: key });
  await assert.rejects(listener.accept({ timeout: 10 }), { name: 'TimeoutError', code: 'ERR_TIMED_OUT' });
  assert.throws(() => listener.acceptSync({ timeout: 10 }), { code: 'ERR_TIMED_OUT' });
  // Connected at once, but nobody greets it before somebody accepts.
  await assert.rejects(Client(listener.address, { authkey: key, timeout: 30 }), { code: 'ERR_TIMED_OUT' });
  const reason = new Error('enough');
  const controller = new AbortController();
  const { signal } = controller;
  const connecting = Client(listener.address, { authkey: key, signal });
  controller.abort(reason);
  await assert.rejects(connecting, reason);
  await assert.rejects(Client(listener.address, { signal }), reason);
  await assert.rejects(listener.accept({ signal }), reason);
  const other = new AbortController();
  await using empty = new Listener();
  const accepting = empty.accept({ signal: other.signal });
  other.abort(reason);
  await assert.rejects(accepting, reason);
});

test('a listener is a stream of connections; those who fail are left out', async () => {
  await using listener = new Listener(['localhost', 0], { authkey: key });
  const served = (async () => {
    const names: string[] = [];
    for await (const connection of listener) {
      names.push((await connection.recv()) as string);
      connection.close();
      if (names.length === 2) break;
    }
    return names;
  })();
  const greet = async (name: string) => {
    using client = await Client(listener.address, { authkey: key });
    await client.send(name);
  };
  await greet('one');
  await assert.rejects(Client(listener.address, { authkey: Buffer.from('wrong') }));
  await greet('two');
  assert.deepEqual(await served, ['one', 'two']);
});

test('connection-042 a signal while it waits does no harm', async () => {
  let signals = 0;
  const count = () => signals++;
  process.on('SIGUSR2', count);
  try {
    await using listener = new Listener();
    const waiting = listener.accept();
    process.kill(process.pid, 'SIGUSR2');
    assert.throws(() => listener.acceptSync({ timeout: 20 }), { code: 'ERR_TIMED_OUT' });
    const client = Client(listener.address);
    (await waiting).close();
    (await client).close();
    assert.ok(await until(() => signals === 1));
  } finally {
    process.off('SIGUSR2', count);
  }
});

eachMethod(getContext().getAllStartMethods(), (_method, { Process }, methodTest) => {
  for (const [title, given] of addresses().slice(2)) {
    methodTest(`connection-031 an accepted connection goes on in another process, over ${title}`, async () => {
      await using listener = new Listener(given, { authkey: key });
      const [accepted, client] = await Promise.all([listener.accept(), Client(listener.address, { authkey: key })]);
      await client.send('first');
      await client.send('second');
      assert.equal(await accepted.recv(), 'first'); // the second may be here already
      const child = new Process({
        target: async (connection: Connection<string, string>) => {
          await connection.send(`${await connection.recv()} by ${process.pid}`);
          connection.sendSync(connection.recvSync());
        },
        args: [accepted as Connection<string, string>],
      });
      await child.start();
      accepted.close();
      assert.equal(await client.recv(), `second by ${child.pid}`);
      await client.send('third');
      assert.equal(await client.recv(), 'third');
      await child.join();
      await assert.rejects(client.recv(), EOFError);
      client.close();
    });
  }

  methodTest('a child listens and connects, blocking all the way', async () => {
    await using listener = new Listener(['localhost', 0], { authkey: key });
    const { address } = listener;
    const child = new Process({
      target: () => {
        using toParent = ClientSync<unknown, number>(address, { authkey: Buffer.from('secret') });
        using own = new Listener<string, string>(['localhost', 0]);
        toParent.sendSync(own.address);
        using fromParent = own.acceptSync();
        fromParent.sendSync(fromParent.recvSync().toUpperCase());
      },
    });
    await child.start();
    using fromChild = await listener.accept();
    using toChild = await Client<string, string>((await fromChild.recv()) as [string, number]);
    await toChild.send('hello');
    assert.equal(await toChild.recv(), 'HELLO');
    await assert.rejects(toChild.recv(), EOFError);
    await child.join();
    assert.equal(child.exitCode, 0);
  });
});
