/** Python's operators on proxies, iteration, transactions, and the blocking twins. */

import assert from 'node:assert/strict';
import { SyncManager, type DictProxy } from 'manyfold/managers';
import { because, eachMethod } from '../../support/methods.js';

class Account {
  balance = 0;
  add(n: number): number {
    return (this.balance += n);
  }
}

class Shared extends SyncManager {}
Shared.register('Account', Account);

eachMethod(['forkserver', 'spawn', 'thread'], { coroutine: because.oneThread }, (_method, context, test) => {
  const { Process } = context;

  async function started(): Promise<Shared> {
    const manager = new Shared({ context });
    await manager.start();
    return manager;
  }

  test('manager-005 iterating a list gives each item once, as it is when its turn comes', async () => {
    await using manager = await started();
    const list = await manager.list([1, 2, 3]);
    const seen: unknown[] = [];
    for await (const item of list) {
      if (seen.length === 0) list.setSync(2, 'new');
      seen.push(item);
    }
    assert.deepEqual(seen, [1, 2, 'new']);
    assert.deepEqual([...list.valuesSync()], [1, 2, 'new']);
  });

  test('manager-043 operators of a dict', async () => {
    await using manager = await started();
    const dict = await manager.dict({ a: 1, b: 2 });
    await dict.ior({ c: 3 });
    assert.deepEqual(await dict.reversed(), ['c', 'b', 'a']);
    assert.deepEqual(await dict.or({ a: 9 }), { a: 9, b: 2, c: 3 });
    assert.deepEqual(await dict.ror({ a: 9, z: 0 }), { a: 1, z: 0, b: 2, c: 3 });
    assert.deepEqual(await dict.fromkeys(['x', 'y'], 5), { x: 5, y: 5 });
    assert.deepEqual(await dict.popitem(), ['c', 3]);
    assert.deepEqual([await dict.delete('a'), await dict.delete('a'), await dict.size()], [true, false, 1]);
  });

  test('manager-047 operators of a set', async () => {
    await using manager = await started();
    const set = await manager.set([1, 2, 3]);
    assert.deepEqual(await set.or(new Set([9])), new Set([1, 2, 3, 9]));
    assert.deepEqual(await set.sub([1]), new Set([2, 3]));
    assert.deepEqual(await set.xor([3, 4]), new Set([1, 2, 4]));
    assert.deepEqual(await set.and([1, 7]), new Set([1]));
    assert.deepEqual(await set.rsub([1, 7]), new Set([7]));
    assert.deepEqual(await set.ror([7]), new Set([1, 2, 3, 7]));
    assert.deepEqual(await set.rxor([3, 4]), new Set([1, 2, 4]));
    assert.deepEqual(await set.rand([1, 7]), new Set([1]));
    await set.ior([4]);
    await set.isub([1]);
    await set.ixor([4, 5]);
    await set.iand([2, 5, 6]);
    assert.deepEqual(await set.copy(), new Set([2, 5]));
    assert.deepEqual([await set.delete(2), await set.delete(2), await set.isSubsetOf([5, 6])], [true, false, true]);
  });

  test('methods of arrays', async () => {
    await using manager = await started();
    const list = await manager.list([3, 1, 2]);
    assert.deepEqual([await list.indexOf(1), await list.indexOf(7)], [1, -1]);
    assert.deepEqual(await list.map((item) => (item as number) * 2), [6, 2, 4]);
    assert.equal(await list.join('-'), '3-1-2');
    assert.deepEqual([await list.shift(), await list.concat([0])], [3, [1, 2, 0]]);
    await list.imul(2);
    await list.iadd([9]);
    assert.deepEqual(await list.reversed(), [9, 2, 1, 2, 1]);
    await list.clear();
    assert.equal(await list.shift(), undefined);
    await list.push(4, 5);
    await list.unshift(2, 3);
    assert.deepEqual(await list.copy(), [2, 3, 4, 5]);
    await list.splice(1, 2, 'a', 'b', 'c');
    await list.splice(-1, 1, 'z');
    assert.deepEqual(list.copySync(), [2, 'a', 'b', 'c', 'z']);
    assert.deepEqual([await list.lastIndexOf('b'), await list.findLastIndex((item) => item === 2)], [2, 0]);
    assert.equal(await list.reduce((so, item) => String(so) + String(item), ''), '2abcz');
    assert.equal(
      list.reduceRightSync((so, item) => String(so) + String(item), ''),
      'zcba2',
    );
    assert.deepEqual(await list.flatMap((item, at) => (at < 1 ? [item, item] : [])), [2, 2]);
    assert.deepEqual(await list.entries(), [[0, 2], [1, 'a'], [2, 'b'], [3, 'c'], [4, 'z']]); // prettier-ignore
    assert.deepEqual(await list.toReversed(), ['z', 'c', 'b', 'a', 2]);
  });

  test('a transaction reads and writes with nobody in between', async () => {
    await using manager = await started();
    const dict = await manager.dict({ n: 0 });
    const step = 2;
    const count = async (shared: DictProxy): Promise<void> => {
      for (let i = 0; i < 25; i++) await shared.transaction((d, by) => d.set('n', (d.get('n') as number) + by), step);
    };
    const children = [1, 2, 3].map(() => new Process({ target: count, args: [dict] }));
    for (const child of children) await child.start();
    await count(dict);
    for (const child of children) await child.join();
    assert.equal(await dict.get('n'), 200);
    assert.equal(
      dict.transactionSync((d) => d.pop('n')),
      200,
    );
    const account = await manager.create<Account>('Account');
    assert.equal(await account.transaction((object, n) => object.add(n) + object.balance, 4), 8);
    await assert.rejects(
      dict.transaction(() => {
        throw new RangeError('no');
      }),
      { name: 'RangeError', message: 'no' },
    );
    await assert.rejects(
      dict.transaction(async () => 1),
      { code: 'ERR_MANAGER_TRANSACTION' },
    );
    await assert.rejects(dict.transaction(1 as never), { code: 'ERR_MANAGER_TRANSACTION' });
    const lock = await manager.Lock();
    await assert.rejects(
      lock.transaction(() => 1),
      { code: 'ERR_MANAGER_TRANSACTION' },
    );
  });

  test('everything has a blocking twin', async () => {
    await using manager = await started();
    const dict = manager.dictSync({ a: 1 });
    assert.equal(dict.getSync('a'), 1);
    assert.deepEqual(manager.listSync([1]).copySync(), [1]);
    assert.equal(manager.createSync<Account>('Account').addSync(2), 2);
    const rlock = manager.RLockSync();
    assert.deepEqual([rlock.acquireSync(), rlock.acquireSync(), rlock.lockedSync()], [true, true, true]);
    rlock.releaseSync();
    rlock.releaseSync();
    assert.equal(rlock.lockedSync(), false);
    assert.throws(() => rlock.releaseSync(), { name: 'RuntimeError' });
    const condition = manager.ConditionSync();
    {
      using _held = condition.holdSync();
      assert.equal(condition.waitSync({ timeout: 5 }), false);
      condition.notifySync();
      condition.notifyAllSync();
      assert.equal(
        condition.waitForSync(() => 7),
        7,
      );
    }
    const lock = manager.LockSync();
    {
      await using _held = await lock.hold();
      assert.equal(lock.lockedSync(), true);
    }
    assert.equal(await lock.locked(), false);
    assert.ok(manager.numberOfObjectsSync() >= 3);
    assert.match(manager.debugInfoSync(), /refcount/);
  });

  test('manager-039 a pool whose workers are the server’s, used and ended by a child', async () => {
    await using manager = await started();
    const pool = await manager.Pool(2);
    const factor = 3;
    assert.deepEqual(await pool.map((x: number) => x * factor, [1, 2, 3]), [3, 6, 9]);
    assert.equal(await pool.apply((a: number, b: number) => a + b, [1, 2]), 3);
    const later = await pool.applyAsync((x: number) => x + 1, [1]);
    assert.equal(await later.get({ timeout: 60_000 }), 2);
    assert.equal(await later.successful(), true);
    const stream: unknown[] = [];
    for await (const value of await pool.imap((x: number) => -x, [1, 2])) stream.push(value);
    assert.deepEqual(stream, [-1, -2]);
    const child = new Process({
      target: async () => {
        await using used = pool;
        await used.apply(() => 1);
      },
    });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    await assert.rejects(
      pool.apply(() => 1),
      { code: 'ERR_POOL_NOT_RUNNING' },
    );
  });
});
