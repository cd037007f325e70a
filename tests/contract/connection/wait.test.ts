/** wait() over socket connections and listeners. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Listener, wait, waitSync } from 'manyfold/connection';
import { guard } from '../../support/guard.js';
import { connected, key } from './pairs.js';

guard();

test('wait-001 wait-002 whichever connection has something, or has ended, is ready', async () => {
  using first = await connected();
  using second = await connected();
  const both = [first.here, second.here];
  assert.deepEqual(await wait(both, 0), []);
  assert.deepEqual(waitSync(both, 5), []);
  const waiting = wait(both);
  await second.there.send('b');
  assert.deepEqual(await waiting, [second.here]);
  await first.there.send('a');
  await first.there.send('A');
  assert.deepEqual(waitSync(both, 60_000), both);
  assert.equal(await first.here.recv(), 'a');
  assert.equal(await second.here.recv(), 'b');
  assert.deepEqual(await wait(both, 0), [first.here]); // perhaps read ahead
  assert.equal(first.here.recvSync(), 'A');
  second.there.close();
  assert.deepEqual(await wait(both), [second.here]);
  await assert.rejects(second.here.recv(), { code: 'ERR_EOF' });
});

test('a listener is ready when somebody has come', async () => {
  await using listener = new Listener(null, { authkey: key });
  assert.deepEqual(await wait([listener], 0), []);
  const waiting = wait([listener]);
  const client = Client(listener.address, { authkey: key });
  assert.deepEqual(await waiting, [listener]);
  assert.deepEqual(waitSync([listener], 0), [listener]);
  (await listener.accept()).close();
  (await client).close();
  assert.deepEqual(await wait([listener], 0), []);
});

test('closing ends the wait for it', async () => {
  using pair = await connected();
  const waiting = wait([pair.here]);
  pair.here.close();
  await assert.rejects(waiting, { code: 'ERR_CONNECTION_CLOSED' });
  const listener = new Listener();
  const accepting = wait([listener]);
  listener.close();
  await assert.rejects(accepting, { code: 'ERR_LISTENER_CLOSED' });
});
