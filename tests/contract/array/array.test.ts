import assert from 'node:assert/strict';
import { Array as mpArray, RLock, SharedArray, type TypeCode, ValueError } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Process, Queue, SharedArray: Shared } = context;

  test('value_array-004 a child computes a running sum that the parent sees', async () => {
    const numbers = new Shared('i', [680, 626, 934, 821, 150, 233, 548, 982, 714, 831]);
    assert.deepEqual([numbers.length, numbers[3], [...numbers.subarray(2, 4)]], [10, 821, [934, 821]]);
    numbers.set([10, 20], 4);
    const before = [...numbers];
    const add = () => {
      for (let place = 1; place < numbers.length; place++) numbers[place]! += numbers[place - 1]!;
    };
    const process = new Process({ target: add });
    await process.start();
    await process.join();
    let sum = 0;
    assert.deepEqual(
      [...numbers],
      before.map((number) => (sum += number)),
    );
  });

  test('value_array-005 an array of a length starts as zeros, again and again', () => {
    for (let round = 0; round < 20; round++) {
      const array = new Shared('i', 10);
      assert.deepEqual(
        [...array],
        Array.from({ length: 10 }, () => 0),
      );
      array.set(Array.from({ length: 10 }, (_, place) => place));
      assert.deepEqual([...array], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  test('each type code is the typed array of its C type, in the child as well', async () => {
    const numbers = { b: Int8Array, B: Uint8Array, c: Uint8Array, h: Int16Array, H: Uint16Array, i: Int32Array };
    const others = { I: Uint32Array, u: Uint32Array, f: Float32Array, d: Float64Array };
    const bigints = { l: BigInt64Array, L: BigUint64Array, q: BigInt64Array, Q: BigUint64Array };
    const types = { ...numbers, ...others, ...bigints };
    const entries = Object.entries(types) as [TypeCode, { readonly name: string }][];
    const arrays = entries.map(([code]) => new Shared(code, 3));
    const names = new Queue<string[]>();
    const fill = async () => {
      for (const array of arrays)
        array[2] = (array instanceof BigInt64Array || array instanceof BigUint64Array ? 7n : 7) as never;
      await names.put(arrays.map(({ constructor }) => constructor.name));
    };
    const process = new Process({ target: fill });
    await process.start();
    assert.deepEqual(
      await names.get(),
      entries.map(([, { name }]) => name),
    );
    await process.join();
    assert.deepEqual(
      arrays.map((array) => Number(array[2])),
      arrays.map(() => 7),
    );
  });

  test('it is a SharedArray, and behaves as any typed array', () => {
    const array = new Shared('d', [3, 1, 2]);
    assert.equal(mpArray, SharedArray);
    assert.ok(array instanceof SharedArray && array instanceof Float64Array);
    assert.ok(!(new Float64Array(1) instanceof SharedArray));
    // What is made of it is private.
    const doubled = array.map((x) => 2 * x);
    const slice = array.slice(0, 2);
    for (const copy of [doubled, slice]) assert.ok(copy instanceof Float64Array && !(copy instanceof SharedArray));
    doubled[0] = slice[0] = 100;
    assert.deepEqual([...array], [3, 1, 2]);
    // A part of it, and what works in place, is not.
    const part = array.subarray(1);
    part[0] = 9;
    part.reverse();
    assert.deepEqual([...array], [3, 2, 9]);
    assert.deepEqual(Object.keys(array), ['0', '1', '2']);
    assert.equal(array.toSorted().join(), '2,3,9');
    assert.equal(
      array.reduce((sum, x) => sum + x),
      14,
    );
  });

  for (const [title, length] of [
    ['small', 100],
    ['large', 400_000],
  ] as const) {
    test(`+= under the lock of a ${title} array from several processes gives the exact sums`, async () => {
      const array = new Shared('d', length);
      const rounds = 500;
      assert.ok(array.getLock() instanceof RLock);
      const work = async () => {
        for (let round = 0; round < rounds; round++) {
          using _held = round % 2 === 0 && mayBlock ? array.getLock().holdSync() : await array.getLock().hold();
          array[0]! += 1;
          array[array.length - 1]! += 2;
        }
      };
      const processes = [0, 1].map(() => new Process({ target: work }));
      for (const process of processes) await process.start();
      await work();
      for (const process of processes) await process.join();
      assert.deepEqual([array[0], array[1], array.at(-1)], [3 * rounds, 0, 6 * rounds]);
      assert.equal(array.getLock().locked(), false);
      // Opened once more, by somebody who has not seen it yet.
      const late = new Process({ target: () => void (array[1] = array[0]! + 1) });
      await late.start();
      await late.join();
      assert.equal(array[1], 3 * rounds + 1);
    });
  }

  test('a large array is all zeros, also where messages have been before', async () => {
    const length = 3_000_000;
    const queue = new Queue<Uint8Array>();
    const take = async () => void (await queue.get());
    for (let round = 0; round < 3; round++) {
      const process = new Process({ target: take });
      await process.start();
      await queue.put(new Uint8Array(length).fill(255));
      await process.join();
    }
    for (let round = 0; round < 3; round++) {
      const array = new Shared('B', length);
      assert.equal(
        array.findIndex((byte) => byte !== 0),
        -1,
      );
    }
  });

  test('it travels through a queue, and inside of objects', async () => {
    const array = new Shared('h', [1, 2, 3]);
    const queue = new Queue<{ inner: SharedArray<'h'>[] }>();
    const process = new Process({
      target: async () => {
        const [first, second] = (await queue.get()).inner;
        first![0] = 10;
        second![1] = first instanceof SharedArray ? 20 : -1;
      },
    });
    await process.start();
    await queue.put({ inner: [array, array] });
    await process.join();
    assert.deepEqual([...array], [10, 20, 3]);
  });

  test('a length or elements that are none are refused', () => {
    for (const length of [-1, 1.5, NaN]) {
      assert.throws(() => new Shared('i', length), { code: 'ERR_ARRAY_LENGTH' });
      assert.throws(() => new Shared('i', length), ValueError);
    }
    assert.throws(() => new Shared('i', {} as never), { code: 'ERR_ARRAY_INIT' });
    assert.throws(() => new Shared('z' as TypeCode, 1), { code: 'ERR_TYPE_CODE' });
    assert.deepEqual([...new Shared('i', 0)], []);
    assert.deepEqual([...new Shared('i', new Set([4, 5]))], [4, 5]);
  });
});
