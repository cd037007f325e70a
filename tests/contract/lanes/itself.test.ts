/** Blocking calls that only the thread that blocks could end: each is refused at once, and leaves nothing half done. */

import assert from 'node:assert/strict';
import { Listener, ClientSync } from 'manyfold/connection';
import { BaseManager, SharedMemoryManager, SyncManager } from 'manyfold/managers';
import { Queue as LocalQueue } from 'manyfold/queue';
import { waitSync } from 'manyfold/connection';
import { eachMethod } from '../../support/methods.js';

const itself = { name: 'RuntimeError', code: 'ERR_WAITS_FOR_ITSELF' };

eachMethod(['forkserver', 'spawn', 'thread', 'coroutine'], (method, context, test) => {
  const { Barrier, Condition, Event, JoinableQueue, Lock, Pipe, Process, Queue, RLock, Semaphore, SimpleQueue } =
    context;

  test('a blocking wait for what no other thread has been given', async () => {
    const [lock, condition, event, barrier] = [new Lock(), new Condition(), new Event(), new Barrier(2)];
    const [queue, simple, joinable] = [new Queue<number>(1), new SimpleQueue<number>(), new JoinableQueue<number>()];
    const [here, there] = Pipe<number>();
    lock.acquireSync();
    condition.acquireSync();
    queue.putSync(1);
    joinable.putSync(1);
    const waits: Record<string, () => unknown> = {
      lock: () => lock.acquireSync(),
      hold: () => lock.holdSync(),
      semaphore: () => new Semaphore(0).acquireSync(),
      condition: () => condition.waitSync(),
      conditionFor: () => condition.waitForSync(() => false),
      event: () => event.waitSync(),
      barrier: () => barrier.waitSync(),
      full: () => queue.putSync(2),
      simple: () => simple.getSync(),
      join: () => joinable.joinSync(),
      recv: () => here.recvSync(),
      poll: () => there.pollSync(null),
      several: () => waitSync([here, there, simple]),
    };
    for (const [name, wait] of Object.entries(waits)) assert.throws(wait, itself, name);
    // With a limit it is a wait like any other.
    assert.equal(lock.acquireSync({ timeout: 1 }), false);
    assert.equal(event.waitSync({ timeout: 1 }), false);
    assert.deepEqual(waitSync([here, simple], 1), []);
    // Nothing is left half done.
    assert.equal(barrier.nWaiting, 0);
    assert.equal(String(condition).endsWith(' 0)>'), true);
    condition.notify();
    condition.release();
    lock.release();
    assert.equal(queue.getSync(), 1);
    assert.equal(queue.empty(), true);
    joinable.getSync();
    joinable.taskDone();
    joinable.joinSync();
    there.close();
    assert.throws(() => here.recvSync(), { code: 'ERR_EOF' });
    here.close();
  });

  test(
    'a blocking wait for what another thread has been given goes on',
    { not: { coroutine: 'a coroutine is no other thread' } },
    async () => {
      const [lock, event, queue] = [new Lock(), new Event(), new Queue<number>()];
      lock.acquireSync();
      const child = new Process({
        target: () => {
          event.set();
          lock.release();
          queue.putSync(1);
        },
      });
      await child.start();
      assert.equal(event.waitSync(), true);
      assert.equal(lock.acquireSync(), true);
      assert.equal(queue.getSync(), 1);
      await child.join();
    },
  );

  test('an RLock that another coroutine of this thread owns', async () => {
    const { spawn, sleep } = await import('manyfold/coroutines');
    const lock = new RLock();
    const holder = spawn(async () => {
      using _held = await lock.hold();
      await sleep(5);
    });
    while (!lock.locked()) await sleep(1);
    assert.throws(() => lock.acquireSync(), itself);
    await holder;
    assert.equal(lock.acquireSync(), true);
    lock.release();
  });

  if (method === 'coroutine') {
    test('a manager whose server is a coroutine of this thread', async () => {
      await using manager = new SyncManager({ context });
      await manager.start();
      const dict = await manager.dict({ a: 1 });
      const lock = await manager.RLock();
      assert.equal(await dict.get('a'), 1);
      for (const call of [
        () => manager.dictSync(),
        () => manager.numberOfObjectsSync(),
        () => dict.getSync('a'),
        () => dict.transactionSync((each) => each.get('a')),
        () => lock.acquireSync(),
        () => lock.holdSync(),
      ]) {
        assert.throws(call, itself);
      }
      assert.equal(await dict.get('a'), 1);
      assert.equal(process.listenerCount('SIGINT'), 0);
    });

    test('a manager that is a coroutine ends when it is killed', async () => {
      const manager = new SyncManager({ context });
      await manager.start();
      const [server] = context.activeChildren();
      server!.kill();
      await server!.join();
      assert.equal(server!.exitCode, -9);
      await manager.shutdown();
    });

    test('named memory of such a manager', async () => {
      await using manager = new SharedMemoryManager({ context });
      await manager.start();
      assert.throws(() => manager.SharedMemorySync(16), itself);
      assert.throws(() => manager.ShareableListSync([1]), itself);
    });

    test('a server of this very thread, by its address', async () => {
      const authkey = Buffer.from('a key');
      const server = new SyncManager({ address: ['127.0.0.1', 0], authkey }).getServer();
      const serving = server.serveForever();
      const client = new BaseManager({ address: server.address, authkey });
      await client.connect();
      assert.throws(() => client.numberOfObjectsSync(), itself);
      server.stop();
      await serving;
      using listener = new Listener(null, { authkey });
      assert.throws(() => ClientSync(listener.address, { authkey }), itself);
    });

    test('a child that is a coroutine, and a queue of coroutines', async () => {
      const child = new Process({ target: () => new Promise((resolve) => setTimeout(resolve, 1)) });
      await child.start();
      assert.throws(() => child.joinSync(), itself);
      await child.join();
      const local = new LocalQueue(1);
      assert.throws(() => local.getSync(), itself);
      local.putNowait(1);
      assert.throws(() => local.putSync(2), itself);
    });
  }
});
