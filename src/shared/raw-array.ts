import { ArgumentTypeError, expected, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { SharedBytes } from './bytes.js';
import { charMethods, type Characters } from './characters.js';
import { checkType, fill, sizeOf, StructureType, type InitOf, type RecordOf, type Type } from './structure.js';
import { arrayType, type ElementsOf, type TypeCode } from './types.js';

/** Of a type code a typed array, of a structure an array of records; every process of the program sees the elements. */
export type RawArray<T extends Type = Type> = T extends 'c'
  ? ElementsOf<'c'> & Characters
  : T extends TypeCode
    ? ElementsOf<T>
    : T extends StructureType<infer F>
      ? readonly RecordOf<F>[]
      : never;

/** A length, or what the elements are at first; of characters also a string. */
export type ElementsInit<T extends Type> = number | Iterable<InitOf<T>> | (T extends 'c' ? string : never);

export interface RawArrayConstructor {
  /**
   * Elements in shared memory, without a lock: for data that is written by one process, or in parts that do not overlap.
   * See `SharedArray`.
   *
   * @example
   * const histogram = new RawArray('I', 256);
   *
   * @throws {ValueError} ERR_TYPE_CODE, ERR_ARRAY_LENGTH, ERR_STRUCTURE_INIT
   * @throws {TypeError} ERR_ARRAY_INIT, ERR_STRUCTURE_INIT
   * @throws {OutOfMemoryError} ERR_OUT_OF_MEMORY
   * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.sharedctypes.RawArray
   */
  new <const T extends Type>(type: T, lengthOrElements: ElementsInit<T>): RawArray<T>;
}

/** Where an array has what it is made of. */
export const origin: unique symbol = Symbol('manyfold.array') as never;

export interface Origin {
  readonly type: Type;
  readonly bytes: SharedBytes;
  readonly length: number;
}

export function makeRawArray(type: Type, init: unknown): object {
  checkType(type);
  const elements = typeof init === 'number' ? undefined : elementsFrom(type, init);
  const length = elements?.length ?? checkLength(init as number);
  const from = { type, bytes: SharedBytes.create(length * sizeOf(type)), length };
  const array = arrayOver(from);
  if (elements === undefined) return array;
  if (type instanceof StructureType) elements.forEach((one, place) => fill((array as object[])[place]!, type, one));
  else for (let place = 0; place < length; place++) (array as unknown[])[place] = elements[place];
  return array;
}

/** An array over memory, with the prototype that gives it its further methods, and what these need. */
export function arrayOver(from: Origin, prototypeOf = rawPrototype, more: PropertyDescriptorMap = {}): object {
  const { type, bytes, length } = from;
  const array =
    type instanceof StructureType
      ? Array.from({ length }, (_, place) => type.at(bytes, place * type.size))
      : new (arrayType(type))(bytes.buffer, 0, length);
  // Among the elements that `for in` and `console.log` show nothing of it appears.
  Object.defineProperties(Object.setPrototypeOf(array, prototypeOf(type)), { ...more, [origin]: { value: from } });
  // Records stay where they are; only their fields change.
  return type instanceof StructureType ? Object.freeze(array) : array;
}

/**
 * Gives arrays these methods beyond an array's own. The `constructor` stays the plain array's, so that what is made of
 * them by `map` or `slice` is private.
 */
export function prototypesWith(methods: PropertyDescriptorMap): (type: Type) => object {
  const known = new Map<string, object>();
  return (type) => {
    const key = typeof type === 'string' ? type : 'record';
    const base = typeof type === 'string' ? arrayType(type).prototype : Array.prototype;
    const all = type === 'c' ? { ...methods, ...charMethods } : methods;
    const prototype = known.get(key) ?? (Object.create(base as object, all) as object);
    known.set(key, prototype);
    return prototype;
  };
}

const rawPrototype = prototypesWith({
  [handle]: {
    value(this: { readonly [origin]: Origin }) {
      const { type, bytes, length } = this[origin];
      return ['RawArray', [type, bytes.travel(), length]];
    },
  },
});

registerHandle('RawArray', (state) => {
  const [type, place, length] = state as [Type, [number, number], number];
  return arrayOver({ type, bytes: new SharedBytes(...place), length });
});

function elementsFrom(type: Type, elements: unknown): readonly unknown[] {
  if (type === 'c' && typeof elements === 'string') return [...Buffer.from(elements)];
  if (typeof elements === 'object' && elements !== null && Symbol.iterator in elements)
    return [...(elements as Iterable<unknown>)];
  throw new ArgumentTypeError(
    'ERR_ARRAY_INIT',
    `elements: ${expected('a length or an iterable of elements', elements)}`,
  );
}

function checkLength(length: number): number {
  if (Number.isInteger(length) && length >= 0) return length;
  throw new ValueError('ERR_ARRAY_LENGTH', `length: ${expected('a whole number, 0 or more', length)}`);
}

// A function and not a class: what it makes are typed arrays, and no objects of a class can be that.
export const RawArray = function (type: Type, init: unknown) {
  return makeRawArray(type, init);
} as unknown as RawArrayConstructor;
