/** Servers of managers that are killed, or stop. */

import assert from 'node:assert/strict';
import { SyncManager } from 'manyfold/managers';
import { eachMethod } from '../../support/methods.js';
import { promptly } from '../../support/time.js';

const gone = { name: /^(EOFError|OSError)$/, code: /^ERR_/ };
const key = Buffer.from('secret');

class Killable extends SyncManager {}
Killable.register('Pid', () => ({ pid: () => process.pid }));

eachMethod(['forkserver', 'spawn'], (_method, context, test) => {
  const { Process, Queue } = context;

  for (const remote of [false, true]) {
    test(
      `the server is killed: every call ends within a second (${remote ? 'over TCP' : 'in the program'})`,
      promptly(async (soon) => {
        await using manager = new Killable({ context, address: ['127.0.0.1', 0], authkey: key });
        await manager.start();
        const other = remote ? new Killable({ address: manager.address, authkey: key }) : manager;
        if (remote) await other.connect();
        const pid = await (await other.create<{ pid(): number }>('Pid')).pid();
        const [queue, lock, event] = [await other.Queue(), await other.Lock(), await other.Event()];
        await lock.acquire();
        const waits = [queue.get(), lock.acquire(), event.wait()].map((wait) => assert.rejects(wait, gone));
        const says = new Queue<string>();
        const blocked = new Process({
          target: () => {
            queue.qsizeSync(); // its line is open
            says.putSync('here');
            try {
              queue.getSync();
            } catch (error) {
              says.putSync((error as Error).name);
            }
          },
        });
        await blocked.start();
        assert.equal(await says.get(), 'here');
        process.kill(pid, 'SIGKILL');
        const [name] = await soon(() => Promise.all([says.get(), ...waits]));
        assert.match(name, gone.name);
        await blocked.join();
        await assert.rejects(queue.qsize(), gone);
        assert.throws(() => queue.qsizeSync(), gone);
        await assert.rejects(other.dict(), gone);
        if (remote) await other[Symbol.asyncDispose]();
      }),
    );
  }

  test('a proxy that is used when its manager has shut down says so', async () => {
    const manager = new SyncManager({ context });
    await manager.start();
    const dict = await manager.dict();
    await manager.shutdown();
    await assert.rejects(dict.set('a', 1), gone);
    assert.throws(() => dict.setSync('a', 1), gone);
  });

  test('one that connects again finds the server that is in its place, and nothing of the one that has died', async () => {
    const first = new Killable({ context, address: ['127.0.0.1', 0], authkey: key });
    await first.start();
    const { address } = first;
    const client = new Killable({ address, authkey: key });
    const blocking = new Killable({ address, authkey: key });
    await client.connect();
    blocking.connectSync();
    const dict = await client.dict({ a: 1 });
    await client.connect(); // it is connected, and stays so
    assert.equal(await dict.get('a'), 1);
    const pid = await (await client.create<{ pid(): number }>('Pid')).pid();
    process.kill(pid, 'SIGKILL');
    await first.join();
    await assert.rejects(dict.get('a'), gone);
    await assert.rejects(client.connect(), { code: 'ERR_CONNECTION_REFUSED' });
    assert.throws(() => blocking.connectSync(), { code: 'ERR_CONNECTION_REFUSED' });

    await using second = new Killable({ context, address, authkey: key });
    await second.start();
    const other = await second.dict({ a: 'another' });
    await assert.rejects(dict.get('a'), gone);
    await assert.rejects(client.dict(), gone); // to connect again is the caller's choice
    await client.connect();
    blocking.connectSync();
    assert.equal(await (await client.dict({ a: 2 })).get('a'), 2);
    assert.equal(blocking.dictSync({ a: 3 }).getSync('a'), 3);
    await assert.rejects(dict.get('a'), gone);
    assert.equal(await other.get('a'), 'another');
    await client[Symbol.asyncDispose]();
    await blocking[Symbol.asyncDispose]();
    await first.shutdown();
  });

  test('a manager that is joined and shut down by one who blocks', async () => {
    const manager = new SyncManager({ context });
    await manager.start();
    const dict = manager.dictSync({ a: 1 });
    manager.joinSync({ timeout: 5 });
    assert.equal(dict.getSync('a'), 1);
    manager.shutdownSync();
    manager.shutdownSync();
    manager.joinSync();
    assert.throws(() => manager.dictSync(), { code: 'ERR_MANAGER_STATE' });
    assert.throws(() => dict.getSync('a'), gone);
  });
});
