import { inspect } from 'node:util';
import { handle, registerHandle } from '../memory/handle.js';
import {
  guarded,
  guardFrom,
  guardMethods,
  type Guard,
  type Guarded,
  type LockedOptions,
  type RawOptions,
} from './guard.js';
import { makeRawValue, RawScalar, type RawValue } from './raw-value.js';
import { structureOf, type InitOf, type Type } from './structure.js';

/** A number (`value`) or a record in shared memory, with a lock. */
export type Value<T extends Type = Type> = RawValue<T> & Guarded<RawValue<T>>;

export interface ValueConstructor {
  /**
   * A number in shared memory, with a lock that guards it. Reading and writing it are plain memory accesses; what must not
   * be interrupted, such as `+= 1`, goes under the lock. Of a structure (`Structure`) it is a record with its fields. With
   * `lock: false` there is no lock, as with `RawValue`.
   *
   * @example
   * const counter = new Value('i', 0);
   * const work = () => {
   *   using held = counter.holdSync();
   *   counter.value += 1;
   * };
   *
   * @throws {ValueError} ERR_TYPE_CODE, ERR_STRUCTURE_INIT
   * @throws {TypeError} ERR_VALUE_LOCK, ERR_STRUCTURE_INIT, or a number where the type has bigints, and the other way round
   * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Value
   */
  new <const T extends Type>(type: T, value?: InitOf<T>, options?: LockedOptions): Value<T>;
  new <const T extends Type>(type: T, value: InitOf<T> | undefined, options: RawOptions): RawValue<T>;
}

const shown = {
  value(this: GuardedScalar | GuardedRecord) {
    return this[guarded].raw;
  },
};

/** A number with a lock. */
class GuardedScalar {
  readonly #raw: RawScalar;
  readonly [guarded]: { readonly raw: RawScalar; readonly lock: Guard };

  constructor(raw: RawScalar, lock: Guard) {
    this.#raw = raw;
    this[guarded] = { raw, lock };
  }

  get value(): number | bigint {
    return this.#raw.value;
  }

  set value(value: number | bigint) {
    this.#raw.value = value;
  }
}

Object.defineProperties(GuardedScalar.prototype, {
  ...guardMethods,
  [handle]: { value: travel },
  [inspect.custom]: shown,
});

/** A record with a lock: it has the methods of the lock, and each field leads to the record's. */
class GuardedRecord {
  readonly [guarded]: { readonly raw: object; readonly lock: Guard };

  constructor(raw: object, lock: Guard) {
    this[guarded] = { raw, lock };
    for (const name of Object.keys(structureOf(raw)!.fields)) {
      Object.defineProperty(this, name, {
        enumerable: true,
        get: () => Reflect.get(raw, name) as unknown,
        set: (value) => {
          Reflect.set(raw, name, value);
        },
      });
    }
  }
}

Object.defineProperties(GuardedRecord.prototype, {
  ...guardMethods,
  [handle]: { value: travel },
  [inspect.custom]: shown,
});

function travel(this: GuardedScalar | GuardedRecord): [string, unknown] {
  const { raw, lock } = this[guarded];
  return ['Value', [raw, lock]];
}

export function guardValue(raw: object, lock: Guard): object {
  return raw instanceof RawScalar ? new GuardedScalar(raw, lock) : new GuardedRecord(raw, lock);
}

registerHandle('Value', (state) => guardValue(...(state as [object, Guard])));

// A function and not a class: what it makes are objects of several classes.
export const Value: ValueConstructor = Object.defineProperty(
  function (type: Type, value: unknown, options?: LockedOptions | RawOptions) {
    const lock = guardFrom(options);
    const raw = makeRawValue(type, value);
    return lock === undefined ? raw : guardValue(raw, lock);
  } as never,
  Symbol.hasInstance,
  { value: (value: unknown) => value instanceof GuardedScalar || value instanceof GuardedRecord },
);
