/** Items of manager queues whose receivers die: an item is delivered once, or is there again. */

import assert from 'node:assert/strict';
import { Value } from 'manyfold';
import { SyncManager, type QueueProxy } from 'manyfold/managers';
import { allProcesses } from '../../support/processes.js';
import { clientOf, startManager } from '../../support/managers.js';
import { eachMethod } from '../../support/methods.js';
import { stopProcess } from '../../support/stop.js';
import { until } from '../../support/wait.js';

const stateOf = (pid: number) => allProcesses().find((process) => process.pid === pid)?.state;

eachMethod(['forkserver', 'spawn'], (_method, context, test) => {
  const { Process, Queue } = context;

  for (const remote of [false, true]) {
    const where = remote ? 'over TCP' : 'in the program';

    test(`items that are on their way to one that is killed come back, in their order (${where})`, async () => {
      await using manager = await startManager(SyncManager, context);
      await using other = await clientOf(manager, remote);
      const queue = await other.JoinableQueue(3);
      const blocked = new Value('b', 0);
      const target = async () => {
        await queue.qsize(); // the line is open
        const gets = [queue.get(), queue.get()];
        await queue.qsize(); // and they wait at the server
        blocked.value = 1;
        for (;;) if (gets.length === 0) break; // the replies stay unread
      };
      const receiver = new Process({ target });
      await receiver.start();
      assert.ok(await until(() => blocked.value === 1));
      for (const item of [1, 2, 3]) await queue.put(item);
      assert.ok(await until(async () => (await queue.qsize()) === 1));
      receiver.kill();
      await receiver.join();
      assert.ok(await until(async () => (await queue.qsize()) === 3));
      const waiting = queue.join();
      for (const item of [1, 2, 3]) {
        assert.equal(await queue.get(), item);
        await queue.taskDone();
      }
      await waiting; // each counts once
    });

    test(`an item that is on its way to one that blocks, and is stopped and killed, goes to the next one (${where})`, async () => {
      await using manager = await startManager(SyncManager, context);
      await using other = await clientOf(manager, remote);
      const queue = await other.Queue();
      const blocks = new Value('b', 0);
      const receiver = new Process({
        target: () => {
          queue.qsizeSync();
          blocks.value = 1;
          queue.getSync();
        },
      });
      await receiver.start();
      assert.ok(await until(() => blocks.value === 1 && stateOf(receiver.pid!) === 'S')); // it blocks: the server has its call
      stopProcess(receiver.pid!);
      await queue.put('item');
      assert.ok(await until(async () => (await queue.qsize()) === 0));
      const next = queue.get();
      receiver.kill();
      await receiver.join();
      assert.equal(await next, 'item');
    });

    test(`what one has got before it is killed is its own (${where})`, async () => {
      await using manager = await startManager(SyncManager, context);
      await using other = await clientOf(manager, remote);
      const queue = await other.Queue();
      const got = new Queue<unknown>();
      const take = async (items: QueueProxy) => {
        await got.put([items.getSync(), await items.get(), ...(await Promise.all([items.get(), items.getNowait()]))]);
        await new Promise(() => setInterval(() => {}, 1000));
      };
      for (const item of [1, 2, 3, 4]) await queue.put(item);
      const receiver = new Process({ target: take, args: [queue] });
      await receiver.start();
      assert.deepEqual(await got.get(), [1, 2, 3, 4]);
      receiver.kill();
      await receiver.join();
      await queue.put(5);
      assert.equal(await queue.get(), 5);
      await assert.rejects(queue.get({ timeout: 100 }), { name: 'Empty' });
    });
  }

  test('what is on its way to one that is killed stays dropped when the queue has been shut down at once', async () => {
    await using manager = await startManager(SyncManager, context);
    const queue = await manager.JoinableQueue();
    const blocked = new Value('b', 0);
    const receiver = new Process({
      target: async () => {
        const get = queue.get();
        await queue.qsize();
        blocked.value = 1;
        for (;;) if (get === undefined) break;
      },
    });
    await receiver.start();
    assert.ok(await until(() => blocked.value === 1));
    await queue.put('item');
    await queue.shutdown({ immediate: true });
    receiver.kill();
    await receiver.join();
    await queue.join();
    await assert.rejects(queue.get(), { name: 'ShutDown' });
  });
});
