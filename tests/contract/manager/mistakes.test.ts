/** Mistakes are told at the call, with the server's stack, and harm no server. */

import assert from 'node:assert/strict';
import { BaseManager, RemoteError, SyncManager, type DictProxy } from 'manyfold/managers';
import { because, eachMethod } from '../../support/methods.js';

const key = Buffer.from('secret');

class Odd {
  fail(): never {
    throw Object.assign(new RangeError('no such thing', { cause: new Error('the cause') }), { place: 7 });
  }
  socket(): unknown {
    return new WeakMap();
  }
  late(): Promise<never> {
    return Promise.reject(new TypeError('too late'));
  }
}

class Shared extends SyncManager {}
Shared.register('Odd', Odd);
Shared.register('Nothing', () => undefined);
Shared.register('Throws', () => {
  throw new RangeError('cannot be made');
});

eachMethod(['forkserver', 'spawn', 'thread'], { coroutine: because.oneThread }, (_method, context, test) => {
  for (const remote of [false, true]) {
    test(`unknown types, methods that are not exposed, values that cannot travel, methods that throw (${remote ? 'over TCP' : 'in the program'})`, async () => {
      await using manager = new Shared({ context, address: ['127.0.0.1', 0], authkey: key });
      await manager.start();
      await using other = new Shared({ address: manager.address, authkey: key });
      if (remote) await other.connect();
      const client = remote ? other : manager;

      await assert.rejects(client.create('Unknown'), (error: Error) => {
        assert.ok(error instanceof RemoteError);
        assert.match(error.message, /there is no type 'Unknown'[^]*at .*objects/i);
        return true;
      });
      assert.throws(() => client.createSync('Unknown'), RemoteError);
      await assert.rejects(client.create('Nothing'), /'Nothing' has made no object/);
      await assert.rejects(client.create('Throws'), /cannot be made/);

      const odd = await client.create<Odd>('Odd');
      await assert.rejects(odd.callMethod('constructor'), /'constructor' is not exposed/);
      await assert.rejects(odd.callMethod('toString'), /'toString' is not exposed/);
      await assert.rejects(odd.fail(), (error: Error & { place?: number }) => {
        assert.ok(error instanceof RangeError);
        assert.deepEqual(
          [error.message, error.place, (error.cause as Error).message],
          ['no such thing', 7, 'the cause'],
        );
        assert.match(error.stack!, /Odd\.fail/);
        return true;
      });
      await assert.rejects(odd.late(), { name: 'TypeError', message: 'too late' });
      assert.throws(() => odd.failSync(), { name: 'RangeError', message: 'no such thing' });
      await assert.rejects(odd.socket(), RemoteError);
      const dict: DictProxy = await client.dict();
      await assert.rejects(dict.set('a', new WeakMap()), { name: 'PicklingError' });
      assert.throws(() => dict.setSync('a', new WeakMap()), { name: 'PicklingError' });
      // One that cannot travel does no harm to those that are under way with it.
      const all = await Promise.allSettled([dict.set('b', 1), dict.set('c', new WeakMap()), dict.set('d', 2)]);
      assert.deepEqual(
        all.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.deepEqual(await dict.copy(), { b: 1, d: 2 });
    });
  }

  test('an address that is in use, a key that is no bytes, a wrong key', async () => {
    await using manager = new Shared({ context, address: ['127.0.0.1', 0], authkey: key });
    await manager.start();
    const { address } = manager;
    const second = new Shared({ context, address, authkey: key });
    await assert.rejects(second.start(), { name: 'OSError', code: 'ERR_ADDRESS_IN_USE' });
    assert.throws(() => new BaseManager({ address, authkey: 'secret' as unknown as Uint8Array }), {
      name: 'TypeError',
      code: 'ERR_AUTHKEY',
    });
    const stranger = new Shared({ address, authkey: Buffer.from('wrong') });
    await assert.rejects(stranger.connect(), { name: 'AuthenticationError' });
    await assert.rejects(stranger.create('Odd'), { code: 'ERR_MANAGER_NOT_STARTED' });
    assert.equal(await (await manager.dict({ a: 1 })).size(), 1);
  });

  test('a call that is not wanted any more ends with the reason of its signal, and has done nothing', async () => {
    await using manager = new Shared({ context, address: ['127.0.0.1', 0], authkey: key });
    await manager.start();
    await using other = new Shared({ address: manager.address, authkey: key });
    await other.connect();
    for (const client of [manager, other]) {
      const [queue, lock, event] = [await client.Queue(), await client.Lock(), await client.Event()];
      const [rlock, condition] = [await client.RLock(), await client.Condition()];
      await lock.acquire();
      const held = await manager.list([]); // somebody else's call goes on meanwhile
      await condition.acquire();
      const controller = new AbortController();
      const { signal } = controller;
      const waits = [
        queue.get({ signal }),
        lock.acquire({ signal }),
        event.wait({ signal }),
        condition.wait({ signal }),
      ];
      const ended = waits.map((wait) => assert.rejects(wait, { message: 'enough' }));
      await held.append(1);
      controller.abort(new Error('enough'));
      await Promise.all(ended);
      await assert.rejects(rlock.acquire({ signal }), { message: 'enough' });
      await queue.put(1);
      assert.equal(await queue.get({ timeout: 10_000 }), 1);
      await lock.release();
      assert.equal(await lock.acquire({ block: false }), true);
      await condition.notify(); // it holds the condition's lock again
      await condition.release();
    }
  });
});
