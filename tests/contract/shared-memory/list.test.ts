import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { ShareableList, SharedMemory, type Item } from 'manyfold/shared-memory';
import { eachMethod } from '../../support/methods.js';
import { python } from '../../support/python.js';

const sample: Item[] = ['howdy', Buffer.from('HoWdY'), -273.154, 100, null, true, 42];

/** A list whose memory goes at the end of its scope. */
function listOf(items: Iterable<Item>): { readonly list: ShareableList } & Disposable {
  const list = new ShareableList(items);
  return { list, [Symbol.dispose]: () => list.shm.unlink() };
}

eachMethod(['forkserver', 'spawn', 'thread', 'coroutine'], (_method, context, test) => {
  const { Process, Queue } = context;

  test('shareable_list-001 items of all kinds, by index, from behind, and one after the other', () => {
    using held = listOf(sample);
    const { list } = held;
    assert.deepEqual(
      [list.length, list[0], list[-1], list[2], list[4], list[5]],
      [7, 'howdy', 42, -273.154, null, true],
    );
    assert.deepEqual(list[1], Uint8Array.from(Buffer.from('HoWdY')));
    assert.deepEqual([...list].slice(2), sample.slice(2));
    assert.equal(list.format, '8s8sdqxxxxxx?xxxxxxxx?q');
    list[2] = -1.5;
    list[3] = 2n ** 62n;
    assert.deepEqual([list[2], list[3]], [-1.5, 2n ** 62n]);
    assert.match(String(list), /^ShareableList\(\["howdy",.*name='manyfold\./);
  });

  test('shareable_list-002 an index out of range is refused', () => {
    using held = listOf(sample);
    const { list } = held;
    for (const index of [7, -8, 100]) {
      assert.throws(() => list[index], { code: 'ERR_INDEX_RANGE', message: 'index out of range' });
      assert.throws(() => (list[index] = 1), { code: 'ERR_INDEX_RANGE', message: 'assignment index out of range' });
    }
  });

  test('shareable_list-003 shareable_list-004 another type goes where it fits, and what is too long nowhere', () => {
    using held = listOf([...sample, '12345678']);
    const { list } = held;
    list[4] = 'some';
    assert.equal(list[4], 'some');
    list[0] = 'exactly8';
    for (const long of ['123456789', 'ääää5', Buffer.from('123456789')])
      assert.throws(() => (list[0] = long), { code: 'ERR_ITEM_TOO_LONG', message: /exceeds available storage/ });
    assert.equal(list[0], 'exactly8');
    list[7] = '1234567890123456'; // 8 characters have room for 16
    assert.equal(list[7], '1234567890123456');
    list[0] = 1.25;
    assert.deepEqual([list[0], list.format.slice(0, 3)], [1.25, 'd8s']);
  });

  test('shareable_list-005 count and index', () => {
    using held = listOf([42, 'x', 42, 100, Buffer.from('b')]);
    const { list } = held;
    assert.deepEqual([list.count(42), list.count('nope'), list.index(100), list.count(Buffer.from('b'))], [2, 0, 3, 1]);
    assert.throws(() => list.index('nope'), { code: 'ERR_NOT_IN_LIST', name: 'ValueError' });
  });

  test('shareable_list-007 it travels, and is the same memory there', async () => {
    using held = listOf(sample);
    const { list } = held;
    const queue = new Queue<ShareableList>();
    const process = new Process({
      target: async (same) => {
        const got = await queue.get();
        got[0] = 'child';
        same[-1] = got.length + list.length;
      },
      args: [list],
    });
    await process.start();
    await queue.put(list);
    await process.join();
    assert.deepEqual([list[0], list[6]], ['child', 14]);
  });

  test('shareable_list-009 trailing zeros are lost', () => {
    using held = listOf(['?\0', Buffer.from('\x03\x02\x01\0\0\0')]);
    assert.deepEqual([...held.list], ['?', Uint8Array.of(3, 2, 1)]);
  });

  test('shareable_list-010 its length is fixed, and its integers have 64 bits', () => {
    using held = listOf([1, 2n ** 63n - 1n]);
    const { list } = held;
    assert.ok(!('append' in list) && !('insert' in list) && !('push' in list));
    assert.throws(() => Object.assign(list, { other: 1 }), { code: 'ERR_INDEX_RANGE' });
    assert.throws(() => (list[0] = 2n ** 63n), { code: 'ERR_ITEM_RANGE' });
    assert.throws(() => (list[0] = {} as never), { code: 'ERR_ITEM_TYPE' });
    assert.throws(() => new ShareableList(5 as never), { code: 'ERR_ITEM_TYPE' });
    assert.equal(list[1], 2n ** 63n - 1n);
    const memory = new SharedMemory({ create: true, size: 4 });
    assert.throws(() => new ShareableList(null, { name: memory.name! }), { code: 'ERR_NO_SHAREABLE_LIST' });
    memory.unlink();
  });

  test(
    'Python reads and writes a list made here, and the other way round',
    { skip: python === undefined && 'there is no python3' },
    () => {
      const run = (text: string) =>
        execFileSync(python!, ['-c', `from multiprocessing import resource_tracker as t, shared_memory as m\n${text}`])
          .toString()
          .trim();
      using held = listOf([...sample, 'äöü']);
      const { list } = held;
      const seen = run(`
l = m.ShareableList(name='${list.shm.name}'); t.unregister(l.shm._name, 'shared_memory')
print([*l], l.format); l[0] = 'python'; l[3] = -2**63; l[4] = 'none'`);
      assert.equal(seen, "['howdy', b'HoWdY', -273.154, 100, None, True, 42, 'äöü'] 8s8sdqxxxxxx?xxxxxxxx?q8s");
      assert.deepEqual([list[0], list[3], list[4]], ['python', -(2n ** 63n), 'none']);
      const name = run(`
l = m.ShareableList(['a', b'bc', 1.5, 7, None, False, 2**63 - 1, 'x' * 17]); t.unregister(l.shm._name, 'shared_memory'); print(l.shm.name)`);
      const theirs = new ShareableList(null, { name });
      assert.deepEqual(
        [...theirs],
        ['a', Uint8Array.from(Buffer.from('bc')), 1.5, 7, null, false, 2n ** 63n - 1n, 'x'.repeat(17)],
      );
      theirs.shm.unlink();
    },
  );
});
