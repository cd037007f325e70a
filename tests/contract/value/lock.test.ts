import assert from 'node:assert/strict';
import { Lock, RLock } from 'manyfold';
import { copy, Structure, synchronized } from 'manyfold/sharedctypes';
import { eachMethod } from '../../support/methods.js';

const Foo = Structure({ x: 'i', y: 'd', z: 'q' });

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (_method, context, test) => {
  const { Process, RawArray, RawValue, SharedArray, Value } = context;

  test('value_array-002 a RawValue of each kind is seen by the child, and the child’s by the parent', async () => {
    const [number, big, record] = [new RawValue('d', 1.5), new RawValue('q', 2n), new RawValue(Foo, { x: 3 })];
    const double = () => {
      number.value *= 2;
      big.value *= 2n;
      record.x *= 2;
      record.z = big.value;
    };
    const process = new Process({ target: double });
    await process.start();
    await process.join();
    assert.deepEqual([number.value, big.value, record.x, record.y, record.z], [3, 4n, 6, 0, 4n]);
  });

  test('value_array-003 value_array-007 the lock: an RLock, the one that is given, or none', () => {
    const lock = new Lock();
    const rlock = new RLock();
    for (const [make, raw] of [
      [(options?: never) => new Value('i', 5, options), new RawValue('i', 5)],
      [(options?: never) => new SharedArray('i', 5, options), new RawArray('i', 5)],
    ] as const) {
      for (const options of [undefined, {}, { lock: true }, { lock: null }]) {
        const object = make(options as never);
        assert.ok(object.getLock() instanceof RLock);
        assert.equal(Object.getPrototypeOf(object.getObj()), Object.getPrototypeOf(raw));
      }
      assert.equal(make({ lock } as never).getLock(), lock);
      assert.equal(make({ lock: rlock } as never).getLock(), rlock);
      for (const bare of [make({ lock: false } as never), raw]) assert.ok(!('getLock' in bare) && !('getObj' in bare));
      for (const wrong of ['navalue', 1, {}, Lock])
        assert.throws(() => make({ lock: wrong } as never), { code: 'ERR_VALUE_LOCK', name: 'TypeError' });
    }
    const value = new Value('i', 5);
    value.getObj().value++;
    assert.equal(value.value, 6);
  });

  for (const lock of [true, false] as const) {
    const id = lock ? 'value_array-013 ' : '';
    test(`${id}numbers, records, arrays and strings, doubled by a child, with lock: ${lock}`, async () => {
      const options = { lock } as { lock: true };
      const x = new Value('i', 7, options);
      const y = new Value('d', 1 / 3, options);
      const z = new Value('q', 2n ** 33n, options);
      const foo = new Value(Foo, { x: 3, y: 2 }, options);
      const numbers = new SharedArray('d', [0, 1, 2, 3], options);
      const points = new SharedArray(Structure({ at: Foo, mark: 'B' }), 3, options);
      points[1]!.at.x = 21;
      points[2]!.at = { x: 1, y: 0.5, z: 5n };
      const string = new SharedArray('c', 20, options);
      string.value = Buffer.from('hello');
      const double = () => {
        for (const one of [x, y]) one.value *= 2;
        z.value *= 2n;
        foo.x *= 2;
        foo.y *= 2;
        for (let place = 0; place < numbers.length; place++) numbers[place]! *= 2;
        for (const point of points) {
          point.at.x *= 2;
          point.mark = 200;
        }
        string.value = string.value.toString().repeat(2);
      };
      const process = new Process({ target: double });
      await process.start();
      await process.join();
      assert.deepEqual([x.value, y.value, z.value, foo.x, foo.y, foo.z], [14, 2 / 3, 2n ** 34n, 6, 4, 0n]);
      assert.deepEqual([...numbers], [0, 2, 4, 6]);
      assert.deepEqual(JSON.parse(JSON.stringify(points.map(({ at: { x: a, y: b }, mark }) => [a, b, mark]))), [
        [0, 0, 200],
        [42, 0, 200],
        [2, 0.5, 200],
      ]);
      assert.equal(string.value.toString(), 'hellohello');
    });
  }

  test('value_array-014 a copy does not change with the original', () => {
    const foo = new RawValue(Foo, { x: 2, y: 5, z: 2n ** 33n });
    const bar = copy(foo);
    Object.assign(foo, { x: 0, y: 0, z: 0n });
    assert.deepEqual([bar.x, bar.y, bar.z], [2, 5, 2n ** 33n]);
    const array = new SharedArray('i', [1, 2]);
    const copied = copy<RawArrayOf>(array);
    array[0] = 9;
    assert.deepEqual([[...copied], 'getLock' in copied], [[1, 2], false]);
    assert.equal(copy(new Value('i', 3)).value, 3);
    assert.throws(() => copy({}), { code: 'ERR_NOT_SHARED' });
  });

  test('synchronized gives the same memory a lock, once', async () => {
    const raw = new RawValue('i', 1);
    const value = synchronized(raw);
    const record = synchronized(new RawValue(Foo), new Lock());
    const array = synchronized(new RawArray('i', 2));
    const process = new Process({
      target: () => {
        for (const one of [value, record, array]) one.acquireSync();
        array[1] = record.x = ++value.value;
        for (const one of [value, record, array]) one.release();
      },
    });
    await process.start();
    await process.join();
    assert.deepEqual([raw.value, record.getObj().x, array[1], value.getObj() === raw], [2, 2, 2, true]);
    assert.throws(() => synchronized(value), { code: 'ERR_ALREADY_SYNCHRONIZED', message: /already synchronized/ });
    assert.throws(() => synchronized([] as object), { code: 'ERR_NOT_SHARED', name: 'TypeError' });
  });

  test('value_array-010 an array of characters is a string of C as well', () => {
    const array = new SharedArray('c', 'abc');
    assert.deepEqual([array.value.toString(), array.raw.toString(), array.length], ['abc', 'abc', 3]);
    array.value = Buffer.from('z');
    assert.deepEqual([array.value.toString(), array.raw.toString()], ['z', 'z\0c']);
    assert.throws(() => (array.value = Buffer.from('abcd')), { code: 'ERR_STRING_TOO_LONG', name: 'ValueError' });
    assert.throws(() => (array.value = 5 as never), { code: 'ERR_STRING_VALUE' });
    assert.equal(array.raw.toString(), 'z\0c');
    array.raw = Buffer.from('xyz');
    assert.equal(new SharedArray('c', Buffer.from('xyz')).value.toString(), array.value.toString());
  });

  test('a record of an array travels alone; a structure is laid out as in C', async () => {
    const Mixed = Structure({ a: 'b', b: 'd', c: 'h', d: Structure({ e: 'B', f: 'i' }) });
    assert.deepEqual([Mixed.size, Mixed.alignment, Foo.size], [32, 8, 24]);
    const records = new SharedArray(Mixed, 4);
    const [process, third] = [new Process({ target: (one) => void (one.d.f = -5), args: [records[2]!] }), records[2]!];
    await process.start();
    await process.join();
    assert.deepEqual([third.d.f, records[3]!.d.f, JSON.stringify(third.d)], [-5, 0, '{"e":0,"f":-5}']);
  });

  test('what is no structure, or does not fit one, is refused', () => {
    for (const fields of [null, {}, 5])
      assert.throws(() => Structure(fields as never), { code: 'ERR_STRUCTURE_FIELDS' });
    assert.throws(() => Structure({ getLock: 'i' }), { code: 'ERR_STRUCTURE_FIELDS', name: 'ValueError' });
    assert.throws(() => Structure({ x: 'nope' as 'i' }), { code: 'ERR_TYPE_CODE' });
    assert.throws(() => new Value(Foo, 5 as never), { code: 'ERR_STRUCTURE_INIT', name: 'TypeError' });
    assert.throws(() => new Value(Foo, { w: 5 } as never), { code: 'ERR_STRUCTURE_INIT', name: 'ValueError' });
    assert.throws(() => new Value(Foo, { x: 5n } as never), TypeError);
  });
});

type RawArrayOf = Int32Array;
