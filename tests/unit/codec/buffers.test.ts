import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '#dist/codec/decode.js';
import { encode } from '#dist/codec/encode.js';
import { PicklingError } from '#dist/errors.js';
import { assertSame } from './same.js';

const LARGE = 100_000;

function trip<T>(value: T): T {
  return decode(encode(value).slice()) as T;
}

test('every class of views, of every small length', () => {
  const kinds: unknown[] = [DataView, Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array];
  kinds.push(Int32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array);
  if ('Float16Array' in globalThis) kinds.push((globalThis as { Float16Array?: unknown }).Float16Array);
  for (const type of kinds as Uint8ArrayConstructor[]) {
    const size = type.BYTES_PER_ELEMENT ?? 1; // DataView has none
    for (const length of [0, 1, 7, 8, 9, 64, 65, 1000]) {
      const buffer = Uint8Array.from({ length: length * size + 16 }, (_, i) => i * 7).buffer;
      assertSame(trip(new type(buffer.slice(0, length * size))), new type(buffer.slice(0, length * size)));
      assertSame(trip(['x', new type(buffer, 8, length)]), ['x', new type(buffer, 8, length)]);
    }
  }
});

test('a Buffer stays a Buffer, and brings nothing else of the pool', () => {
  const secret = Buffer.from('a secret in the pool');
  const buffers = [Buffer.from('hello'), Buffer.from(''), Buffer.from('world')];
  const bytes = encode(buffers);
  assert.ok(bytes.length < 100);
  assert.ok(!Buffer.from(bytes).includes(secret));
  const copies = trip(buffers);
  assert.deepEqual(copies, buffers);
  assert.ok(copies.every((copy) => Buffer.isBuffer(copy)));
});

test('a view of a part brings that part alone, unless the buffer is shared', () => {
  const buffer = new ArrayBuffer(LARGE);
  const part = new Uint16Array(buffer, 8, 4);
  assert.ok(encode(part).length < 50);

  const [first, second] = trip([part, new Uint8Array(buffer, 10, 2)]) as [Uint16Array, Uint8Array];
  assert.equal(first.buffer, second.buffer);
  assert.equal(second.byteOffset, 10);
  first[1] = 0x0201;
  assert.deepEqual([...second], [1, 2]);

  for (const pair of [
    [part, buffer],
    [buffer, part],
  ]) {
    const [view, whole] = trip(pair).toSorted((a) => (ArrayBuffer.isView(a) ? -1 : 1)) as [Uint16Array, ArrayBuffer];
    assert.equal(view.buffer, whole);
    assert.equal(whole.byteLength, LARGE);
  }
});

test('a small view and its buffer stay together', () => {
  for (const view of [Uint8Array.of(1, 2, 3), Buffer.from(new ArrayBuffer(3))]) {
    const [copy, buffer] = trip([view, view.buffer]) as [Uint8Array, ArrayBuffer];
    assert.equal(copy.buffer, buffer);
    const [one, two] = trip([view, new DataView(view.buffer)]) as [Uint8Array, DataView];
    assert.equal(one.buffer, two.buffer);
  }
});

test('a result of encode cannot be sent by the call that overwrites it', () => {
  const isReused = (error: unknown) => error instanceof PicklingError && error.code === 'ERR_PICKLE_REUSED';
  assert.throws(() => encode({ inner: encode('text') }), isReused);
  assert.equal(decode(trip({ inner: encode('text').slice() }).inner), 'text');
});

test('resizable buffers and the views that grow with them', () => {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => ArrayBuffer & { resize(n: number): void };
  const buffer = new Resizable(8, { maxByteLength: 64 });
  const [copy, view, fixed] = trip([buffer, new Uint8Array(buffer), new Uint8Array(buffer, 0, 4)]) as [
    typeof buffer,
    Uint8Array,
    Uint8Array,
  ];
  assert.equal(view.buffer, copy);
  copy.resize(16);
  assert.equal(view.length, 16);
  assert.equal(fixed.length, 4);
});

test('with copy: false large arrays are views over the message, wherever they stand in it', () => {
  for (const before of ['', 'x', 'xyz', 'x'.repeat(1001)]) {
    const floats = Float64Array.from({ length: LARGE }, (_, i) => i / 3);
    const message = encode([before, floats, new Uint8Array(floats.buffer, 8, 8), Uint8Array.of(1)]).slice();
    const [, large, shared, small] = decode(message, { copy: false }) as [string, Float64Array, Uint8Array, Uint8Array];
    assert.equal(large.buffer, message.buffer);
    assert.equal(shared.buffer, message.buffer);
    assert.notEqual(small.buffer, message.buffer);
    assert.deepEqual(large, floats);
    large[1] = 1;
    assert.deepEqual(new Float64Array(shared.slice().buffer), Float64Array.of(1));
  }
});

test('with copy: false a buffer that is needed as an object, or stands askew in memory, is copied after all', () => {
  const bytes = new Uint8Array(LARGE).fill(7);
  const message = encode([bytes, bytes.buffer]).slice();
  const [view, buffer] = decode(message, { copy: false }) as [Uint8Array, ArrayBuffer];
  assert.equal(view.buffer, buffer);
  assert.notEqual(buffer, message.buffer);

  const plain = encode(bytes);
  const askew = new Uint8Array(plain.length + 3).subarray(3);
  askew.set(plain);
  const copy = decode(askew, { copy: false }) as Uint8Array;
  assert.notEqual(copy.buffer, askew.buffer);
  assert.deepEqual(copy, bytes);
});

test('shared and transferred buffers are refused, with the way to them', () => {
  const refuses = (value: unknown, code: string, path: string, label?: string) =>
    assert.throws(
      () => encode(value, label === undefined ? {} : { label }),
      (error) =>
        error instanceof PicklingError && error.code === code && error.message.endsWith(`reached through: ${path}`),
    );
  const shared = new SharedArrayBuffer(8);
  refuses(shared, 'ERR_PICKLE_SHARED_ARRAY_BUFFER', 'value');
  refuses({ a: [1, new Uint8Array(shared)] }, 'ERR_PICKLE_SHARED_ARRAY_BUFFER', 'value -> .a -> [1] -> .buffer');
  refuses(
    { 'a b': new Map([['k', shared]]) },
    'ERR_PICKLE_SHARED_ARRAY_BUFFER',
    'args -> ["a b"] -> .get("k")',
    'args',
  );
  const gone = new Uint8Array(8);
  structuredClone(gone, { transfer: [gone.buffer] });
  refuses(new Set([gone]), 'ERR_PICKLE_DETACHED', 'value -> element of Set -> .buffer');
});
