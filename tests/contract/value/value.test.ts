import assert from 'node:assert/strict';
import { RLock, SystemExit, type TypeCode, ValueError } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';

/** For each type code: a value that only it keeps whole, and one that it wraps or rounds, with what that becomes. */
const samples: [code: TypeCode, value: number | bigint, wrapped: [number | bigint, number | bigint]][] = [
  ['b', -128, [128, -128]],
  ['B', 255, [256, 0]],
  ['c', 65, [321, 65]],
  ['h', -32_768, [32_768, -32_768]],
  ['H', 65_535, [65_536, 0]],
  ['i', -(2 ** 31), [2 ** 31, -(2 ** 31)]],
  ['I', 2 ** 32 - 1, [2 ** 32, 0]],
  ['u', 0x1f44b, [2 ** 32, 0]],
  ['l', -(2n ** 63n), [2n ** 63n, -(2n ** 63n)]],
  ['L', 2n ** 64n - 1n, [2n ** 64n, 0n]],
  ['q', -(2n ** 63n), [2n ** 63n, -(2n ** 63n)]],
  ['Q', 2n ** 64n - 1n, [2n ** 64n, 0n]],
  ['f', 0.5, [0.1, Math.fround(0.1)]],
  ['d', 0.1, [1e-320, 1e-320]],
];

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Process, Value } = context;

  test('value_array-001 each type code: the child sees the parent’s value, the parent the child’s', async () => {
    const values = samples.map(([code, value]) => new Value(code, value as never));
    const wrapped = samples.map(([, , [value]]) => value);
    const expected = samples.map(([, value]) => value);
    const change = () => {
      for (const [place, value] of values.entries()) {
        if (value.value !== expected[place]) throw new Error(`${place}: ${value.value}`);
        value.value = wrapped[place] as never;
      }
    };
    const process = new Process({ target: change });
    await process.start();
    await process.join();
    assert.equal(process.exitCode, 0);
    assert.deepEqual(
      values.map(({ value }) => value),
      samples.map(([, , [, becomes]]) => becomes),
    );
  });

  test('value_array-008 a value starts at zero', () => {
    for (const [code, value] of samples) assert.equal(new Value(code).value, typeof value === 'bigint' ? 0n : 0);
  });

  test('value_array-011 value_array-013 += under the lock from several processes gives the exact sum', async () => {
    const counter = new Value('i', 0);
    const sum = new Value('q', 0n);
    const work = async (blocking: boolean) => {
      for (let round = 0; round < 2000; round++) {
        using _held = blocking && mayBlock ? counter.getLock().holdSync() : await counter.getLock().hold();
        counter.value += 1;
        sum.value += 3n;
      }
    };
    const processes = [true, true, false].map((blocking) => new Process({ target: work, args: [blocking] }));
    for (const process of processes) await process.start();
    for (const process of processes) await process.join();
    assert.deepEqual([counter.value, sum.value], [6000, 18_000n]);
  });

  test('getLock() is an RLock, and the same for everybody', async () => {
    const value = new Value('d', 1.5);
    assert.ok(value.getLock() instanceof RLock);
    value.getLock().acquireSync();
    const process = new Process({ target: () => exit(value.getLock().acquireSync({ block: false }) ? 1 : 7) });
    await process.start();
    await process.join();
    assert.equal(process.exitCode, 7);
    value.getLock().release();
  });

  test('a type code that is none is refused, as is a value of the other kind', () => {
    assert.throws(() => new Value('x' as TypeCode), ValueError);
    assert.throws(() => new Value('x' as TypeCode), {
      code: 'ERR_TYPE_CODE',
      message: /expected one of b B c .*got "x"/,
    });
    assert.throws(() => new Value('q', 1 as never), TypeError);
    assert.throws(() => new Value('i', 1n as never), TypeError);
  });
});

function exit(code: number): never {
  throw new SystemExit(code);
}
