import { ArgumentTypeError, expected, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { allocate } from '../memory/heap.js';
import { WORD } from '../memory/layout.js';
import { createRegion, openRegion } from '../memory/region.js';
import { Lock } from '../sync/lock.js';
import { LOCK_WORDS } from '../sync/lock-core.js';
import {
  bytesPerElement,
  checkTypeCode,
  elementsOver,
  type ElementOf,
  type ElementsOf,
  type TypeCode,
} from './types.js';

/** What a shared array has beyond a typed array. */
interface Shared {
  /** The lock that guards it. */
  getLock(): Lock;
}

/** A typed array whose elements every process of the program sees. */
export type SharedArray<Code extends TypeCode = TypeCode> = ElementsOf<Code> & Shared;

export interface SharedArrayConstructor {
  /**
   * A typed array in shared memory, with `length` zeros or the given elements, and a lock. Everything that a typed array
   * can do, it can do, at the same speed; what others must not see half done goes under its lock. Also exported as `Array`.
   *
   * @example
   * const numbers = new SharedArray('d', [1, 2, 3]);
   * await new Process({ target: () => { numbers[0] = -numbers[0]!; } }).start();
   *
   * @throws {ValueError} ERR_TYPE_CODE, ERR_ARRAY_LENGTH
   * @throws {TypeError} ERR_ARRAY_INIT
   * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Array
   */
  new <Code extends TypeCode>(code: Code, lengthOrElements: number | Iterable<ElementOf<Code>>): SharedArray<Code>;
}

function makeArray<Code extends TypeCode>(code: Code, init: number | Iterable<ElementOf<Code>>): SharedArray<Code> {
  checkTypeCode(code);
  const elements = typeof init === 'number' ? undefined : [...checkIterable(init)];
  const length = elements?.length ?? checkLength(init);
  const address = createRegion(length * bytesPerElement(code));
  const array = openArray(code, address, length, allocate(LOCK_WORDS * WORD));
  elements?.forEach((element, place) => {
    array[place] = element as never;
  });
  return array;
}

function openArray<Code extends TypeCode>(
  code: Code,
  address: number,
  length: number,
  mutex: number,
): SharedArray<Code> {
  const bytes = openRegion(address, length * bytesPerElement(code));
  const elements = elementsOver(code, bytes, length);
  // Not in the region itself: it must lie where the heap does, which everybody has mapped for good.
  const lock = new Lock({}, { address: mutex });
  // The methods stand in the object itself, and not among the elements that `for in` and `console.log` show.
  return Object.defineProperties(elements, {
    getLock: { value: () => lock },
    [handle]: { value: () => ['Array', [code, address, length, mutex]] },
    [brand]: { value: true },
  }) as SharedArray<Code>;
}

const brand = Symbol('manyfold.SharedArray');

function checkLength(length: unknown): number {
  if (typeof length === 'number' && Number.isInteger(length) && length >= 0) return length;
  throw new ValueError('ERR_ARRAY_LENGTH', `length: ${expected('a whole number, 0 or more', length)}`);
}

function checkIterable<T>(elements: Iterable<T>): Iterable<T> {
  if (typeof elements === 'object' && elements !== null && Symbol.iterator in elements) return elements;
  throw new ArgumentTypeError(
    'ERR_ARRAY_INIT',
    `elements: ${expected('a length or an iterable of elements', elements)}`,
  );
}

// A function and not a class: what it makes is a typed array, and no object of a class can be one.
export const SharedArray: SharedArrayConstructor = Object.defineProperty(
  function (code: TypeCode, init: number | Iterable<never>) {
    return makeArray(code, init);
  } as never,
  Symbol.hasInstance,
  { value: (value: unknown) => typeof value === 'object' && value !== null && brand in value },
);

registerHandle('Array', (state) => openArray(...(state as [TypeCode, number, number, number])));
