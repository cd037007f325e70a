import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { handle, registerHandle } from '#dist/memory/handle.js';
import { decode, decodeSync } from '#dist/codec/decode.js';
import { encode } from '#dist/codec/encode.js';
import { PicklingError } from '#dist/errors.js';

const PLAIN = 1;
const GRAPH = 2;

/** Whether a value is left to the closure graph, which may refuse it, but never loses a part of it. */
function isLeft(value: unknown): boolean {
  try {
    return encode(value)[0] === GRAPH;
  } catch (error) {
    return error instanceof PicklingError;
  }
}

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

class Failure extends Error {}

const withExtra = (length: number) => Object.assign(new Array<number>(length).fill(1), { extra: 'lost by JSON' });

const odd: Record<string, unknown> = {
  function: () => 1,
  class: Point,
  symbol: Symbol.iterator,
  instance: new Point(1),
  'instance deep inside': { list: [1, new Map([['key', [new Point(1)]]])] },
  'subclass of Error': new Failure('x'),
  'subclass of Map': new (class extends Map<string, string> {})(),
  'subclass of Array': new (class extends Array<number> {})(3),
  'error with a symbol': Object.assign(new Error('x'), { [Symbol.for('s')]: 1 }),
  'frozen error': Object.freeze(new Error('x')),
  'array with more than elements': withExtra(3),
  'empty array with more': withExtra(0),
  'long array with more': withExtra(65),
  'very long array with more': withExtra(10_000),
  'array with a hole and more': Object.assign([1, 2], { length: 3, extra: 1 }),
  'array with what looks like an index': Object.assign([1], { '01': 2 }),
  'match of a regular expression': /a(?<name>b)/.exec('ab'),
  'Map with more': Object.assign(new Map(), { extra: 1 }),
  'Set with more': Object.assign(new Set(), { extra: 1 }),
  'Date with more': Object.assign(new Date(), { extra: 1 }),
  'RegExp with more': Object.assign(/a/, { extra: 1 }),
  'box with more': Object.assign(Object(1) as object, { extra: 1 }),
  'only looks like a Map': Object.create(Map.prototype),
  'only looks like an error': Object.create(TypeError.prototype),
  'only looks like an array': Object.create(Array.prototype),
  proxy: new Proxy({ a: 1 }, {}),
  promise: Promise.resolve(1),
  generator: (function* () {})(),
  Math,
  JSON,
  WeakMap: new WeakMap(),
  'module namespace': await import('node:path'),
};

for (const [name, value] of Object.entries(odd)) {
  test(`left to the graph: ${name}`, () => {
    assert.ok(isLeft(value));
    assert.ok(isLeft({ inside: [value] }));
  });
}

test('what is nested too deeply for the stack of the fast path is left to the graph', () => {
  let value: unknown = 'bottom';
  for (let i = 0; i < 1001; i++) value = [value];
  assert.ok(isLeft(value));
});

test('after a value that was left, the next is plain again', () => {
  assert.ok(isLeft({ a: { b: [1, () => 1] } }));
  assert.equal(encode({ a: { b: [1, 2] } })[0], PLAIN);
});

class Lock {
  readonly cell: number;
  constructor(cell: number) {
    this.cell = cell;
  }
  [handle](): [string, unknown] {
    return ['test.Lock', { cell: this.cell }];
  }
}
registerHandle('test.Lock', (state) => new Lock((state as { cell: number }).cell));

test('handles travel on the fast path, and stay one object', () => {
  const lock = new Lock(7);
  const bytes = encode({ lock, again: [lock], other: new Lock(8), proxy: new Proxy(new Lock(9), {}) }).slice();
  assert.equal(bytes[0], PLAIN);
  for (const copy of [decode(bytes), decodeSync(bytes)] as Record<string, Lock>[]) {
    assert.ok(copy['lock'] instanceof Lock && copy['lock'].cell === 7);
    assert.equal((copy['again'] as unknown as Lock[])[0], copy['lock']);
    assert.equal(copy['other']?.cell, 8);
    assert.ok(copy['proxy'] instanceof Lock);
  }
});

test('a handle may encode something itself, and may fail', () => {
  const nested = { [Symbol.toStringTag]: 'x' };
  Object.setPrototypeOf(nested, { [handle]: () => ['test.Lock', { cell: encode({ cell: 1 }).length }] });
  assert.ok((decode(encode([nested])) as Lock[])[0] instanceof Lock);

  const failing = Object.create({
    [handle]() {
      throw new RangeError('closed');
    },
  }) as object;
  assert.throws(() => encode([{ failing }]), new RangeError('closed'));
  assert.deepEqual(decode(encode([1])), [1]);
});

test('a handle of an unknown type is refused by name', () => {
  const stranger = Object.create({ [handle]: () => ['test.Stranger', null] }) as object;
  const bytes = encode(stranger).slice();
  assert.throws(() => decodeSync(bytes), /test\.Stranger/);
});

test('what nobody can walk through is a PicklingError, not an overflow of the stack', () => {
  let value: unknown = 'bottom';
  for (let i = 0; i < 1_000_000; i++) value = [value];
  assert.ok(isLeft(value));
});

test('functions and instances come back, at once where nothing has to be imported', () => {
  const factor = 3;
  const bytes = encode({
    triple: (x: number) => x * factor,
    point: new Point(4),
    floats: Float64Array.of(0.5),
  }).slice();
  assert.equal(bytes[0], GRAPH);
  for (const copy of [decode(bytes), decodeSync(bytes)] as { triple: (x: number) => number; point: Point }[]) {
    assert.equal(copy.triple(2), 6);
    assert.equal(copy.point.x, 4);
  }
});

test('decode returns a promise where a module has to be imported, decodeSync never', async () => {
  const bytes = encode((path: string) => basename(path)).slice();
  const pending = decode(bytes);
  assert.ok(pending instanceof Promise);
  assert.equal((await (pending as Promise<typeof basename>))('/a/b'), 'b');
  assert.equal((decodeSync(bytes) as typeof basename)('/a/b'), 'b');
});

function trip<T>(value: T): T {
  return decodeSync(encode(value).slice()) as T;
}

test('a large array in an instance keeps the properties that somebody has given it', () => {
  class Bare {
    readonly numbers = new Float64Array(1000).fill(1.5);
  }
  class Named {
    readonly numbers = Object.assign(new Float64Array(1000), { unit: 'm' });
    readonly hidden = Object.defineProperty(new Uint8Array(1000), Symbol.for('hidden'), { value: 5 });
  }
  assert.deepEqual(trip(new Bare()).numbers, new Bare().numbers);
  const named = trip(new Named());
  assert.equal(named.numbers.unit, 'm');
  assert.equal(Reflect.get(named.hidden, Symbol.for('hidden')), 5);
});
