import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, decodeSync } from '#dist/codec/decode.js';
import { encode } from '#dist/codec/encode.js';
import { assertSame } from './same.js';

const PLAIN = 1;

/** There and back on the fast path. */
function trip<T>(value: T): T {
  const bytes = encode(value);
  assert.equal(bytes[0], PLAIN, 'not the fast path');
  const copy = decode(bytes.slice()) as T;
  assertSame(copy, value);
  return copy;
}

test('numbers, at every limit of their encodings', () => {
  const limits = [0, 2 ** 6, 2 ** 7, 2 ** 8, 2 ** 15, 2 ** 16, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63];
  for (const limit of limits) for (const near of [-1, 0, 1]) trip([limit + near, -limit + near]);
  for (const number of [-0, NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1]) trip(number);
});

test('bigints of any size', () => {
  for (const bits of [0n, 1n, 31n, 32n, 63n, 64n, 65n, 1000n]) {
    for (const near of [-1n, 0n, 1n]) trip([2n ** bits + near, -(2n ** bits) + near]);
  }
});

test('strings of every width and length keep every unit', () => {
  for (const unit of ['a', '\0', '\x7f', '\x80', 'ÿ', 'Ā', '€', '\ud800', '\udc00', '😀', '\uffff']) {
    for (const length of [0, 1, 22, 23, 24, 25, 31, 32, 33, 200, 5000]) {
      trip(unit.repeat(length));
      trip(`${'x'.repeat(length)}${unit}`);
      trip({ [unit.repeat(length)]: unit });
    }
  }
  trip('x'.repeat(3_000_000));
  trip('€'.repeat(3_000_000));
});

test('keys that are names of Object.prototype, indices, or many', () => {
  const copy = trip(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "7": 3, "": 4}') as object);
  assert.equal(Object.getPrototypeOf(copy), Object.prototype);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  for (const count of [63, 64, 65, 1000])
    trip(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));
  const bare = Object.assign(Object.create(null) as object, { a: 1 });
  Object.defineProperty(bare, '__proto__', { value: [1], enumerable: true, writable: true, configurable: true });
  trip(bare);
});

test('more shapes and more keys than are remembered', () => {
  for (let round = 0; round < 3; round++) {
    const objects = Array.from({ length: 5000 }, (_, i) => ({ [`key${i}`]: i, [`other${i}`]: { [`deep${i}`]: -i } }));
    trip([...objects, ...structuredClone(objects)]);
  }
});

test('arrays: holes, sparse ones, blocks of numbers with something odd inside', () => {
  // oxlint-disable-next-line no-sparse-arrays
  trip([, 1, , undefined, ,]);
  for (const length of [1, 5, 15, 16, 63, 64, 65, 1e6, 2 ** 32 - 1]) {
    const sparse: unknown[] = [];
    sparse.length = length;
    trip(sparse);
    sparse[length - 1] = { last: true };
    sparse[0] ??= 'first';
    trip(sparse);
  }
  for (const odd of [-0, 0.5, NaN, 2 ** 31, 'text', undefined, null, {}, 5n]) {
    for (const at of [0, 7, 8, 99]) {
      const array: unknown[] = Array.from({ length: 100 }, (_, i) => i);
      array[at] = odd;
      trip(array);
      Reflect.deleteProperty(array, at);
      trip(array);
    }
  }
});

test('one object mentioned twice arrives as one, also far down and in circles', () => {
  const shared = { name: 'shared' };
  const many = Array.from({ length: 1000 }, (_, i) => ({ i, shared, list: [shared] }));
  trip(many);
  const circle: Record<string, unknown> = { map: new Map<unknown, unknown>(), set: new Set<unknown>(), list: [] };
  (circle['map'] as Map<unknown, unknown>).set(circle, circle['map']);
  (circle['set'] as Set<unknown>).add(circle);
  (circle['list'] as unknown[]).push(circle, circle['list']);
  trip(circle);
});

test('a message keeps nothing of the one before it', () => {
  const object = { a: 1 };
  encode(object); // from its second time on, the keys are a shape
  assert.deepEqual(encode([object]).slice(), encode([object]).slice());
  encode('secret'.repeat(10));
  assert.ok(!Buffer.from(encode(new Float64Array(1))).includes('secret'));
});

test('a getter may encode something itself', () => {
  let inner: Uint8Array | undefined;
  const value = {
    before: 1,
    get nested() {
      inner = encode({ before: 2, nested: 3 }).slice();
      return 'got';
    },
    after: [{ before: 1, nested: 2 }],
  };
  assert.deepEqual(decode(encode(value)), { before: 1, nested: 'got', after: [{ before: 1, nested: 2 }] });
  assert.deepEqual(decodeSync(inner as Uint8Array), { before: 2, nested: 3 });
});

test('errors of the language: class, stack, cause and own properties', () => {
  const error = new RangeError('outer', { cause: new TypeError('inner') });
  const copy = trip(Object.assign(error, { code: 'E_CODE', details: { at: [1, 2] } }));
  assert.ok(copy instanceof RangeError);
  assert.equal(copy.stack, error.stack);
  assert.equal((copy.cause as Error).message, 'inner');
  trip(new AggregateError([new Error('one'), 2], 'several'));
  const renamed = new Error('x');
  renamed.name = 'Renamed';
  assert.equal(String(trip(renamed)), 'Renamed: x');
  const circular = new Error('circular');
  circular.cause = circular;
  trip(circular);
});

test('Date, RegExp, boxes', () => {
  for (const time of [NaN, -1, 0, 8.64e15, 1.5]) trip(new Date(time));
  trip(Object.assign(/a[/]\u{1f600}\n/dgimsuy, { lastIndex: 7 }));
  trip(new RegExp(''));
  for (const primitive of [0, -0, '', 'text', '€', true, false, 2n ** 70n]) trip(Object(primitive));
});

test('a nesting as deep as the fast path goes', () => {
  let value: unknown = 'bottom';
  for (let i = 0; i < 1000; i++) value = i % 2 === 0 ? [value] : { value };
  trip(value);
});

test('what somebody adds to Object.prototype does not travel', () => {
  Object.assign(Object.prototype, { polluted: 1 });
  try {
    assert.deepEqual(Object.keys(decode(encode({ a: 1 })) as object), ['a']);
  } finally {
    delete (Object.prototype as { polluted?: number }).polluted;
  }
});
