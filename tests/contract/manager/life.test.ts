/** The life of managers, classes of one's own, and what goes wrong. */

import assert from 'node:assert/strict';
import { AuthenticationError, ProcessError } from 'manyfold';
import { BaseManager, RemoteError, SyncManager } from 'manyfold/managers';
import { Queue as LocalQueue } from 'manyfold/queue';
import { because, eachMethod } from '../../support/methods.js';

class Counter {
  count = 0;
  add(n: number): number {
    return (this.count += n);
  }
  fail(): never {
    throw new RangeError('no such count');
  }
  *upTo(n: number): Generator<number> {
    for (let i = 0; i < n; i++) yield i * i;
  }
  apply(change: (n: number) => number): number {
    return (this.count = change(this.count));
  }
  _hidden(): string {
    return 'hidden';
  }
}

class Counters extends BaseManager {}
Counters.register('Counter', Counter, { methodToTypeid: { upTo: 'Iterator' } });
Counters.register('Hidden', () => new Counter(), { exposed: ['add', '_hidden'] });

/** In the server: the same queue for everybody who asks for one. */
const shelf: { queue?: LocalQueue } = {};

class Queues extends BaseManager {}
Queues.register('get_queue', () => (shelf.queue ??= new LocalQueue()));

const key = Buffer.from('secret');

eachMethod(['forkserver', 'spawn', 'thread'], { coroutine: because.oneThread }, (_method, context, test) => {
  test('manager-020 manager-022 a class of one’s own: its public methods, its errors, functions as arguments', async () => {
    await using manager = new Counters({ context });
    await manager.start();
    const counter = await manager.create<Counter>('Counter');
    assert.equal(await counter.add(2), 2);
    assert.equal(counter.addSync(3), 5);
    const factor = 2;
    assert.equal(await counter.apply((n) => n * factor), 10);
    await assert.rejects(counter.fail(), (error: Error) => {
      assert.ok(error instanceof RangeError && error.message === 'no such count');
      assert.match(error.stack!, /Counter\.fail/);
      return true;
    });
    assert.ok(!Object.keys(counter).includes('_hidden'));
    await assert.rejects(counter.callMethod('_hidden'), RemoteError);
    await assert.rejects(counter.callMethod('constructor'), RemoteError);
  });

  test('manager-021 manager-023 a list of what is exposed; generators stay at the server', async () => {
    class Both extends SyncManager {}
    Both.register('Counter', Counter, { methodToTypeid: { upTo: 'Iterator' } });
    Both.register('Hidden', () => new Counter(), { exposed: ['add', '_hidden'] });
    await using manager = new Both({ context });
    await manager.start();
    const hidden = await manager.create<Counter>('Hidden');
    assert.equal(await hidden._hidden(), 'hidden');
    await assert.rejects(hidden.callMethod('fail'), RemoteError);
    const counter = await manager.create('Counter');
    const iterator = (await counter.callMethod('upTo', [4])) as { next(): Promise<unknown> };
    const seen: unknown[] = [];
    await assert.rejects(
      async () => {
        for (;;) seen.push(await iterator.next());
      },
      { name: 'StopIteration' },
    );
    assert.deepEqual(seen, [0, 1, 4, 9]);
  });

  test('manager-024 manager-025 manager-026 others connect over TCP, if they know the key', async () => {
    await using manager = new Counters({ context, address: ['localhost', 0], authkey: key });
    await manager.start();
    const { address } = manager;
    await using other = new Counters({ address, authkey: key });
    await other.connect();
    const counter = await other.create<Counter>('Counter');
    assert.deepEqual([await counter.add(1), counter.addSync(1)], [1, 2]);
    await assert.rejects(counter.fail(), (error: Error) => {
      assert.ok(error instanceof RangeError && error.message === 'no such count');
      assert.match(error.stack!, /Counter\.fail/);
      return true;
    });
    await assert.rejects(other.create('Nothing'), RemoteError);
    await assert.rejects(counter.callMethod('add', [() => 1]), { code: 'ERR_PICKLE_PYTHON' });
    assert.equal(await counter.add(1), 3);
    await assert.rejects(new Counters({ address, authkey: Buffer.from('wrong') }).connect(), AuthenticationError);
  });

  test('manager-024 a tuple that a third process has put is got by a second manager, over TCP', async () => {
    await using manager = new Queues({ context, address: ['127.0.0.1', 0], authkey: key });
    await manager.start();
    const { address } = manager;
    const child = new context.Process({
      target: async () => {
        const third = new Queues({ address, authkey: key });
        await third.connect();
        const queue = await third.create<LocalQueue>('get_queue');
        await queue.put(Object.freeze(['hall\u00e5 v\u00e4rlden', new Uint8Array([0, 255]), null, true, 2.25]));
      },
    });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    await using second = new Queues({ address, authkey: key });
    second.connectSync();
    const queue = await second.create<LocalQueue>('get_queue');
    const got = await queue.get();
    assert.deepEqual(got, ['hall\u00e5 v\u00e4rlden', new Uint8Array([0, 255]), null, true, 2.25]);
    assert.ok(Object.isFrozen(got)); // a tuple
  });

  test('manager-018 manager-019 manager-027 manager-030 manager-031 start, shut down, start again', async () => {
    const first = new Counters({ context, address: ['localhost', 0], authkey: key });
    await assert.rejects(first.create('Counter'), { name: 'AssertionError', code: 'ERR_MANAGER_NOT_STARTED' });
    await first.start();
    await assert.rejects(first.start(), ProcessError);
    assert.throws(() => first.getServer(), { message: 'Already started server' });
    const { address } = first;
    await first.shutdown();
    await first.shutdown();
    await assert.rejects(first.create('Counter'), { message: 'Manager has shut down' });
    await assert.rejects(first.start(), { message: 'Manager has shut down' });
    await using second = new Counters({ context, address, authkey: key });
    await second.start();
    assert.equal(await (await second.create<Counter>('Counter')).add(1), 1);
    const third = new Counters({ context, address, authkey: key });
    await assert.rejects(third.start(), { name: 'OSError', code: 'ERR_ADDRESS_IN_USE' });
  });

  test('manager-029 the initializer runs first; mistakes are told at the call', async () => {
    await using manager = new Counters({ context });
    await assert.rejects(manager.start(1 as unknown as () => void), { name: 'TypeError' });
    assert.throws(() => Counters.register('', Counter), { code: 'ERR_MANAGER_REGISTER' });
    assert.throws(() => Counters.register('X', 1 as unknown as () => void), { code: 'ERR_MANAGER_REGISTER' });
    assert.throws(() => new Counters({ authkey: 'text' as unknown as Uint8Array }), { code: 'ERR_AUTHKEY' });
    const before = 40;
    await manager.start((n: number) => Reflect.set(globalThis, 'started', before + n), [2]);
    class Reader extends Counters {}
    assert.ok(Reader);
    assert.equal(
      await (await manager.create<Counter>('Counter')).apply(() => Reflect.get(globalThis, 'started') as number),
      42,
    );
    const failing = new Counters({ context });
    await assert.rejects(
      failing.start(() => {
        throw new RangeError('not today');
      }),
      { name: 'RangeError', message: 'not today' },
    );
  });

  test(
    'manager-053 manager-055 a server that is killed: every call ends with an error',
    { not: { thread: because.threadsShare } },
    async () => {
      class Killable extends SyncManager {}
      Killable.register('Pid', () => ({ pid: () => process.pid }));
      const manager = new Killable({ context });
      await manager.start();
      const pid = await (await manager.create<{ pid(): number }>('Pid')).pid();
      process.kill(pid, 'SIGINT'); // that is for the main process
      const queue = await manager.Queue();
      const waiting = [queue.get(), queue.get()];
      for (const wait of waiting) wait.catch(() => {});
      await queue.qsize();
      process.kill(pid, 'SIGKILL');
      for (const wait of waiting) await assert.rejects(wait, { name: /EOFError|OSError/ });
      await assert.rejects(queue.qsize(), { name: /EOFError|OSError/ });
      assert.throws(() => queue.qsizeSync(), { name: /EOFError|OSError/ });
      await assert.rejects(manager.dict(), { name: /EOFError|OSError/ });
      await manager.shutdown();
    },
  );

  test('manager-057 a server that does not end when it is asked is made to', async () => {
    class Stuck extends BaseManager {}
    Stuck.register('Stuck', () => ({ loop: () => { for (;;); } })); // prettier-ignore
    await using manager = new Stuck({ context, shutdownTimeout: 50 });
    await manager.start();
    const stuck = await manager.create<{ loop(): void }>('Stuck');
    const looping = assert.rejects(stuck.loop());
    await manager.shutdown();
    await looping;
  });
});
