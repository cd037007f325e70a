import assert from 'node:assert/strict';
import { inspect } from 'node:util';

/**
 * Equality without mercy: classes, -0, holes, order of keys, bits of elements, and the same objects in the same places.
 * Throws with the path to the first difference.
 */
export function assertSame(actual: unknown, expected: unknown): void {
  new Comparison().compare(actual, expected, 'value');
}

class Comparison {
  readonly #there = new Map<object, object>();
  readonly #back = new Map<object, object>();
  readonly #compared = new Set<object>();

  compare(actual: unknown, expected: unknown, path: string): void {
    if (typeof expected !== 'object' || expected === null) {
      if (!Object.is(actual, expected)) assert.fail(`${path}: ${inspect(actual)} instead of ${inspect(expected)}`);
      return;
    }
    assert.ok(typeof actual === 'object' && actual !== null, `${path}: no object`);
    this.#pair(actual, expected, path);
    if (this.#compared.has(expected)) return;
    this.#compared.add(expected);
    assert.equal(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected), `${path}: prototypes`);
    this.#contents(actual, expected, path);
    if (!ArrayBuffer.isView(expected)) this.#properties(actual, expected, path);
  }

  /** If one was seen before, then both, and as a pair. */
  #pair(actual: object, expected: object, path: string): void {
    assert.equal(this.#there.get(expected) ?? actual, actual, `${path}: not the same object as before`);
    assert.equal(this.#back.get(actual) ?? expected, expected, `${path}: two objects became one`);
    this.#there.set(expected, actual);
    this.#back.set(actual, expected);
  }

  #contents(actual: object, expected: object, path: string): void {
    if (expected instanceof Map) {
      this.compare([...(actual as typeof expected)].flat(1), [...expected].flat(1), `${path}<map>`);
    } else if (expected instanceof Set) {
      this.compare([...(actual as typeof expected)], [...expected], `${path}<set>`);
    } else if (expected instanceof Date) {
      this.compare((actual as Date).getTime(), expected.getTime(), path);
    } else if (expected instanceof RegExp) {
      this.compare(String(actual), String(expected), path);
    } else if (expected instanceof ArrayBuffer) {
      assert.deepEqual(Buffer.from(actual as ArrayBuffer), Buffer.from(expected), path);
    } else if (ArrayBuffer.isView(expected)) {
      this.#view(actual as typeof expected, expected, path);
    } else if (['Number', 'String', 'Boolean', 'BigInt'].includes(expected.constructor?.name)) {
      this.compare(actual.valueOf(), expected.valueOf(), path);
    }
  }

  #view(actual: ArrayBufferView, expected: ArrayBufferView, path: string): void {
    this.#pair(actual.buffer, expected.buffer, `${path}.buffer`);
    const [a, e] = [actual, expected].map((view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength));
    assert.deepEqual(a, e, `${path}: bytes`);
  }

  #properties(actual: object, expected: object, path: string): void {
    const keys = Reflect.ownKeys(expected);
    // The order in which an error got message and stack is of no importance.
    const order = (list: (string | symbol)[]) => (expected instanceof Error ? list.map(String).toSorted() : list);
    assert.deepEqual(order(Reflect.ownKeys(actual)), order(keys), `${path}: keys`);
    for (const key of keys) {
      const at = `${path}.${String(key)}`;
      const [a, e] = [actual, expected].map((object) => Object.getOwnPropertyDescriptor(object, key));
      assert.equal(a?.enumerable, e?.enumerable, `${at}: enumerable`);
      this.compare((actual as Record<typeof key, unknown>)[key], (expected as Record<typeof key, unknown>)[key], at);
    }
  }
}
