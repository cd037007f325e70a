/** Objects of managers live while anybody holds them, and no longer. */

import assert from 'node:assert/strict';
import v8 from 'node:v8';
import vm from 'node:vm';
import { SyncManager, type ListProxy } from 'manyfold/managers';
import { because, eachMethod } from '../../support/methods.js';
import { clientOf, startManager } from '../../support/managers.js';
import { collect } from '../../support/collect.js';
import { until } from '../../support/wait.js';

/** Collects garbage at the server, whose nested proxies only the collector can find. */
class Collector {
  collect(): void {
    v8.setFlagsFromString('--expose-gc');
    (vm.runInNewContext('gc') as () => void)();
  }
}

class Shared extends SyncManager {}
Shared.register('Collector', Collector);

eachMethod(['forkserver', 'spawn', 'thread'], { coroutine: because.oneThread }, (_method, context, test) => {
  const { Process, Queue } = context;

  /** Whether the server holds so many objects in the end. */
  function has(manager: SyncManager, count: number, collectThere?: () => Promise<void>): Promise<boolean> {
    return until(async () => {
      await collect();
      await collectThere?.();
      return (await manager.numberOfObjects()) === count;
    });
  }

  for (const remote of [false, true]) {
    const where = remote ? 'over TCP' : 'in the program';

    test(`manager-051 what nobody holds goes, however it was made (${where})`, async () => {
      await using manager = await startManager(Shared, context);
      await using other = await clientOf(manager, remote);
      await (async () => {
        const held = [await other.list([1]), other.listSync([2]), await other.dict(), other.dictSync()];
        assert.equal(await other.numberOfObjects(), 4);
        await held[0]!.copy();
        held[1]!.copySync();
      })();
      assert.ok(await has(other, 0), await other.debugInfo());
    });

    test(`manager-052 a proxy on its way holds its object, however long that takes (${where})`, async () => {
      await using manager = await startManager(Shared, context);
      await using other = await clientOf(manager, remote);
      const queue = new Queue<ListProxy>();
      await (async () => queue.put(await other.list([1, 2])))();
      for (let round = 0; round < 5; round++) {
        await collect();
        await new Promise((resolve) => setTimeout(resolve, 60)); // longer than the lender takes to look
      }
      assert.deepEqual(await (await queue.get()).copy(), [1, 2]);
      assert.ok(await has(other, 0), await other.debugInfo());
    });

    test(`manager-011 an object that is in another one lives there, and goes when it is taken out (${where})`, async () => {
      await using manager = await startManager(Shared, context);
      await using other = await clientOf(manager, remote);
      const collector = await manager.create<Collector>('Collector');
      const outer = await other.dict();
      await (async () => outer.set('inner', await other.list([1])))();
      await collect();
      await collector.collect();
      assert.deepEqual(await ((await outer.get('inner')) as ListProxy).copy(), [1]);
      assert.equal(await other.numberOfObjects(), 3);
      await outer.delete('inner');
      assert.ok(await has(other, 2, () => collector.collect()), await other.debugInfo());
      // One that contains itself is nobody's when nobody else has it.
      await (async () => {
        const own = await other.list();
        await own.append(own);
        assert.equal(await ((await own.at(0)) as ListProxy).length(), 1);
      })();
      assert.ok(await has(other, 2, () => collector.collect()), await other.debugInfo());
      assert.equal(await outer.size(), 0);
    });

    test(`the last holder is killed (${where})`, { not: { thread: because.threadsShare } }, async () => {
      await using manager = await startManager(Shared, context);
      await using other = await clientOf(manager, remote);
      const ready = new Queue<string>();
      const hold = async (lists: ListProxy[]) => {
        for (const list of lists) await list.copy();
        await ready.put('ready');
        await new Promise(() => setInterval(() => lists, 1000));
      };
      const start = async () => {
        const lists = [await other.list([1]), other.listSync([2])];
        const process = new Process({ target: hold, args: [lists] });
        await process.start();
        return process;
      };
      const holder = await start();
      await ready.get();
      await collect();
      assert.equal(await manager.numberOfObjects(), 2);
      holder.kill();
      await holder.join();
      assert.ok(await has(manager, 0), await manager.debugInfo());
    });
  }

  test('an object that stays at the server, such as a result of a pool, goes as well', async () => {
    await using manager = await startManager(Shared, context);
    const pool = await manager.Pool(1);
    await (async () => (await pool.applyAsync(() => 1)).get())();
    assert.ok(await has(manager, 1), await manager.debugInfo());
    await pool.terminate();
    await pool.join();
  });
});
