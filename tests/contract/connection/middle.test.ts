/** Connections over sockets that travel in the middle of a message. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Process } from 'manyfold';
import { ClientSync, Listener, type Connection } from 'manyfold/connection';
import { guard } from '../../support/guard.js';
import { addresses, key } from './pairs.js';

guard();

// What the first process opens is not the leak of the test that starts it.
before(async () => {
  const first = new Process({ target: () => {} });
  await first.start();
  await first.join();
});

const LENGTH = 1_000_000;

for (const [title, given, family] of addresses().slice(2))
  test(`what has come and what is still to come of a message reach the one to whom the connection travels (${title})`, async () => {
    await using listener = new Listener(given, { family, authkey: key });
    const { address } = listener;
    const sender = new Process({
      target: () => {
        using connection = ClientSync(address, { authkey: key });
        connection.sendSync(1);
        connection.sendBytesSync(new Uint8Array(LENGTH).fill(7));
        connection.recvSync();
      },
    });
    await sender.start();
    using connection = listener.acceptSync();
    assert.equal(connection.recvSync(), 1); // and with it the beginning of the next
    const reader = new Process({
      target: (end: Connection) => {
        if (end.recvBytesSync().length !== LENGTH) process.exit(3);
        end.sendSync('done');
      },
      args: [connection],
    });
    await reader.start();
    await reader.join();
    assert.equal(reader.exitCode, 0);
    await sender.join();
    assert.equal(sender.exitCode, 0);
  });
