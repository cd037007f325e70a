import { handle, registerHandle } from '../memory/handle.js';
import {
  guarded,
  guardFrom,
  guardMethods,
  type Guard,
  type Guarded,
  type LockedOptions,
  type Parts,
  type RawOptions,
} from './guard.js';
import {
  arrayOver,
  makeRawArray,
  origin,
  prototypesWith,
  type ElementsInit,
  type Origin,
  type RawArray,
} from './raw-array.js';
import type { Type } from './structure.js';

/** An array whose elements every process of the program sees, with a lock. */
export type SharedArray<T extends Type = Type> = RawArray<T> & Guarded<RawArray<T>>;

export interface SharedArrayConstructor {
  /**
   * A typed array in shared memory, with `length` zeros or the given elements, and a lock. Everything that a typed array
   * can do, it can do, at the same speed; what others must not see half done goes under its lock. Of a structure
   * (`Structure`) it is an array of records, whose fields are read and written in place. With `lock: false` there is no
   * lock, as with `RawArray`. Also exported as `Array`.
   *
   * @example
   * const numbers = new SharedArray('d', [1, 2, 3]);
   * await new Process({ target: () => { numbers[0] = -numbers[0]!; } }).start();
   *
   * @throws {ValueError} ERR_TYPE_CODE, ERR_ARRAY_LENGTH, ERR_STRUCTURE_INIT
   * @throws {TypeError} ERR_ARRAY_INIT, ERR_VALUE_LOCK, ERR_STRUCTURE_INIT
   * @throws {OutOfMemoryError} ERR_OUT_OF_MEMORY
   * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Array
   */
  new <const T extends Type>(type: T, lengthOrElements: ElementsInit<T>, options?: LockedOptions): SharedArray<T>;
  new <const T extends Type>(type: T, lengthOrElements: ElementsInit<T>, options: RawOptions): RawArray<T>;
}

const prototype = prototypesWith({
  ...guardMethods,
  [handle]: {
    value(this: { readonly [guarded]: Parts }) {
      const { raw, lock } = this[guarded];
      return ['Array', [raw, lock]];
    },
  },
});

export function guardArray(raw: object, lock: Guard): object {
  const from = (raw as { readonly [origin]: Origin })[origin];
  return arrayOver(from, prototype, { [guarded]: { value: { raw, lock } } });
}

registerHandle('Array', (state) => guardArray(...(state as [object, Guard])));

// A function and not a class: what it makes are typed arrays, and no objects of a class can be that.
export const SharedArray: SharedArrayConstructor = Object.defineProperty(
  function (type: Type, init: unknown, options?: LockedOptions | RawOptions) {
    const lock = guardFrom(options);
    const raw = makeRawArray(type, init);
    return lock === undefined ? raw : guardArray(raw, lock);
  } as never,
  Symbol.hasInstance,
  {
    value: (value: unknown) => typeof value === 'object' && value !== null && origin in value && guarded in value,
  },
);
