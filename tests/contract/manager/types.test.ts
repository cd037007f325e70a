/** The types of SyncManager, used from several processes. */

import assert from 'node:assert/strict';
import { RemoteError, SyncManager } from 'manyfold/managers';
import { clientOf, startManager } from '../../support/managers.js';
import { because, eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'thread'], { coroutine: because.oneThread }, (_method, context, test) => {
  const { Process } = context;
  for (const remote of [false, true]) declare(remote, remote ? ' (over TCP)' : '');

  function declare(remote: boolean, where: string): void {
    /** A manager that runs, used by the processes of its program or, as other programs do, over TCP. */
    async function started(): Promise<SyncManager> {
      const manager = await startManager(SyncManager, context);
      const client = await clientOf(manager, remote);
      if (client === manager) return manager;
      const leave = client[Symbol.asyncDispose].bind(client);
      return Object.assign(client, {
        [Symbol.asyncDispose]: async () => {
          await leave();
          await manager.shutdown();
        },
      });
    }

    async function inChild(target: () => unknown): Promise<void> {
      const child = new Process({ target });
      await child.start();
      await child.join();
      assert.equal(child.exitCode, 0);
    }

    test(`manager-001 manager-003 manager-004 manager-006 lists, also inside of each other${where}`, async () => {
      await using manager = await started();
      const list = await manager.list([0, 1, 2]);
      await list.extend([3, 4]);
      assert.deepEqual(await list.slice(), [0, 1, 2, 3, 4]);
      assert.deepEqual(await list.slice(-2), [3, 4]);
      assert.equal(await list.at(-1), 4);
      assert.equal(await list.index(3), 3);
      assert.equal(await list.includes(7), false);
      await list.insert(1, 'one');
      assert.equal(await list.pop(1), 'one');
      await list.remove(0);
      await list.reverse();
      assert.deepEqual(await list.slice(), [4, 3, 2, 1]);
      await list.sort();
      assert.deepEqual(list.sliceSync(), [1, 2, 3, 4]);
      assert.deepEqual(await list.getValue(), [1, 2, 3, 4]);
      await assert.rejects(list.at(99), { name: 'IndexError', message: 'list index out of range' });
      const inner = await manager.list([1]);
      await list.append(inner);
      await inner.append(2);
      const again = (await list.at(-1)) as typeof inner;
      await inChild(() => again.appendSync(3));
      assert.deepEqual(await inner.slice(), [1, 2, 3]);
      assert.equal(await inner.length(), 3);
    });

    test(`manager-007 manager-008 manager-010 dicts, also inside of each other${where}`, async () => {
      await using manager = await started();
      const dict = await manager.dict({ a: 1 });
      await dict.set('b', [1, 2]);
      await dict.update({ c: null });
      assert.deepEqual(await dict.copy(), { a: 1, b: [1, 2], c: null });
      assert.deepEqual(await dict.keys(), ['a', 'b', 'c']);
      assert.deepEqual(await dict.items(), [['a', 1], ['b', [1, 2]], ['c', null]]); // prettier-ignore
      assert.deepEqual([await dict.has('a'), await dict.has('z'), await dict.size()], [true, false, 3]);
      assert.deepEqual([await dict.get('a'), await dict.get('z'), await dict.get('z', 5)], [1, null, 5]);
      assert.equal(await dict.setdefault('d', 4), 4);
      assert.deepEqual(await dict.popitem(), ['d', 4]);
      assert.equal(await dict.pop('a'), 1);
      await assert.rejects(dict.pop('a'), { name: 'KeyError' });
      const inner = await manager.dict({ water: 1 });
      await dict.set('supplies', inner);
      await inChild(() => (dict.getSync('supplies') as typeof inner).setSync('water', 7));
      assert.equal(await inner.get('water'), 7);
      await dict.clear();
      assert.equal(await dict.size(), 0);
    });

    test(`manager-011 manager-051 manager-052 an object lives as long as somebody holds it, be it another object${where}`, async () => {
      await using manager = await started();
      const outer = await manager.dict();
      const child = await (async () => {
        const inner = await manager.list([1]);
        await outer.set('inner', inner);
        const process = new Process({
          target: async () => {
            await inner.append(2);
          },
        });
        await process.start();
        return process;
      })();
      await child.join();
      assert.equal(child.exitCode, 0);
      assert.deepEqual(await ((await outer.get('inner')) as { slice(): Promise<unknown> }).slice(), [1, 2]);
      assert.equal(await manager.numberOfObjects(), 2);
    });

    test(`manager-016 manager-046 namespaces${where}`, async () => {
      await using manager = await started();
      const space = await manager.Namespace({ name: 'Bob', _hidden: 1 });
      await space.set('job', 'Builder');
      await inChild(() => space.setSync('age', (space.getSync('job') as string).length));
      assert.equal(await space.get('age'), 7);
      await space.delete('job');
      await assert.rejects(space.get('job'), { name: 'AttributeError' });
      assert.equal(await space.callMethod('__str__'), "Namespace(age=7, name='Bob')");
    });

    test(`manager-032 manager-034 manager-036 locks and semaphores${where}`, async () => {
      await using manager = await started();
      const lock = await manager.Lock();
      await inChild(() => lock.acquireSync());
      assert.equal(await lock.acquire({ block: false }), false);
      assert.equal(await lock.acquire({ timeout: 10 }), false);
      await lock.release();
      await assert.rejects(lock.release(), { name: 'RuntimeError' });
      for (const semaphore of [await manager.Semaphore(2), await manager.BoundedSemaphore(2)]) {
        await inChild(() => semaphore.acquireSync());
        assert.equal(await semaphore.acquire(), true);
        assert.equal(await semaphore.acquire({ block: false }), false);
        await semaphore.release();
        await semaphore.release();
      }
      const bounded = await manager.BoundedSemaphore();
      await assert.rejects(bounded.release(), { name: 'ValueError' });
    });

    test(`manager-033 manager-035 manager-037 manager-038 events, reentrant locks, conditions, barriers${where}`, async () => {
      await using manager = await started();
      const event = await manager.Event();
      await event.set();
      await inChild(async () => {
        if (!(await event.isSet())) throw new Error('not set');
        await event.clear();
      });
      assert.equal(await event.isSet(), false);
      assert.equal(await event.wait({ timeout: 5 }), false);
      const waiting = event.wait();
      await event.set();
      assert.equal(await waiting, true);

      const rlock = await manager.RLock();
      assert.deepEqual([await rlock.acquire(), await rlock.acquire()], [true, true]);
      await inChild(async () => {
        if (await rlock.acquire({ timeout: 5 })) throw new Error('it has an owner');
      });
      await rlock.release();
      await rlock.release();
      await inChild(async () => {
        await rlock.acquire();
        await rlock.release();
      });

      const condition = await manager.Condition();
      await condition.acquire();
      const notified = condition.wait({ timeout: 60_000 });
      await inChild(async () => {
        await condition.acquire();
        await condition.notifyAll();
        await condition.release();
      });
      assert.equal(await notified, true);
      await condition.release();
      await assert.rejects(condition.notify(), { name: 'RuntimeError' });

      const barrier = await manager.Barrier(2);
      const child = new Process({ target: async () => void (await barrier.wait()) });
      await child.start();
      assert.ok([0, 1].includes(await barrier.wait()));
      assert.equal(await barrier.parties(), 2);
      const broken = assert.rejects(barrier.wait(), { name: 'BrokenBarrierError' });
      await barrier.abort();
      await broken;
      assert.equal(await barrier.broken(), true);
      await barrier.reset();
      assert.equal(await barrier.broken(), false);
      await child.join();
    });

    test(`manager-015 manager-041 manager-054 queues; a call that waits holds up no other${where}`, async () => {
      await using manager = await started();
      const queue = await manager.JoinableQueue(1);
      const box = await manager.dict({ queue });
      const waiting = queue.get();
      await inChild(() => (box.getSync('queue') as typeof queue).putSync({ from: 'child' }));
      assert.deepEqual(await waiting, { from: 'child' });
      assert.deepEqual([await queue.qsize(), await queue.empty(), await queue.full()], [0, true, false]);
      await assert.rejects(queue.getNowait(), { name: 'Empty' });
      await queue.put(1);
      await assert.rejects(queue.put(2, { timeout: 5 }), { name: 'Full' });
      const joined = queue.join();
      await queue.taskDone();
      assert.equal(await queue.get(), 1);
      await queue.taskDone();
      await joined;
      await assert.rejects(queue.taskDone(), { name: 'ValueError' });
    });

    test(`manager-044 manager-045 manager-048 manager-050 values, arrays and sets${where}`, async () => {
      await using manager = await started();
      const value = await manager.Value('i', 3);
      const array = await manager.Array('i', [1, 2, 3]);
      const set = await manager.set([1, 2, 2]);
      await inChild(() => {
        value.setSync(array.lengthSync());
        array.setSync(0, value.getSync());
        set.addSync(5);
      });
      assert.deepEqual([await value.get(), await array.at(0), await array.length()], [3, 3, 3]);
      assert.deepEqual(await set.copy(), new Set([1, 2, 5]));
      assert.deepEqual(await set.union([9]), new Set([1, 2, 5, 9]));
      assert.deepEqual(await set.intersection([2, 9]), new Set([2]));
      assert.deepEqual(await set.symmetricDifference([2, 9]), new Set([1, 5, 9]));
      await assert.rejects(set.remove(77), { name: 'KeyError' });
      await set.discard(77);
      await assert.rejects(manager.create('set', 1234), RemoteError);
    });
  }
});
