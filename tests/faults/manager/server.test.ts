/** Servers of managers that are killed, or stop. */

import assert from 'node:assert/strict';
import { SyncManager } from 'manyfold/managers';
import { eachMethod } from '../../support/methods.js';

const gone = { name: /^(EOFError|OSError)$/, code: /^ERR_/ };
const key = Buffer.from('secret');

class Killable extends SyncManager {}
Killable.register('Pid', () => ({ pid: () => process.pid }));

eachMethod(['forkserver', 'spawn'], (_method, context, test) => {
  const { Process } = context;

  for (const remote of [false, true]) {
    test(`the server is killed: every call ends within a second (${remote ? 'over TCP' : 'in the program'})`, async () => {
      await using manager = new Killable({ context, address: ['127.0.0.1', 0], authkey: key });
      await manager.start();
      const other = remote ? new Killable({ address: manager.address, authkey: key }) : manager;
      if (remote) await other.connect();
      const pid = await (await other.create<{ pid(): number }>('Pid')).pid();
      const [queue, lock, event] = [await other.Queue(), await other.Lock(), await other.Event()];
      await lock.acquire();
      const waits = [queue.get(), lock.acquire(), event.wait()].map((wait) => assert.rejects(wait, gone));
      const blocked = new Process({
        target: () => {
          try {
            queue.getSync();
          } catch (error) {
            process.exit(/^(EOF|OS)Error$/.test((error as Error).name) ? 7 : 8);
          }
        },
      });
      await blocked.start();
      await queue.qsize();
      const start = performance.now();
      process.kill(pid, 'SIGKILL');
      await Promise.all(waits);
      await blocked.join();
      assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
      assert.equal(blocked.exitCode, 7);
      await assert.rejects(queue.qsize(), gone);
      assert.throws(() => queue.qsizeSync(), gone);
      await assert.rejects(other.dict(), gone);
      if (remote) await other[Symbol.asyncDispose]();
    });
  }

  test('a proxy that is used when its manager has shut down says so', async () => {
    const manager = new SyncManager({ context });
    await manager.start();
    const dict = await manager.dict();
    await manager.shutdown();
    await assert.rejects(dict.set('a', 1), gone);
    assert.throws(() => dict.setSync('a', 1), gone);
  });
});
