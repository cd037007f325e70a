import { ArgumentTypeError, AssertionError, expected } from '../errors.js';
import { guardArray } from './array.js';
import { guarded, guardFrom, isGuarded, type Guard, type Guarded } from './guard.js';
import { arrayOver, origin, type Origin } from './raw-array.js';
import { makeRawValue, RawScalar } from './raw-value.js';
import { SharedBytes } from './bytes.js';
import { structureOf } from './structure.js';
import { guardValue } from './value.js';

/**
 * Gives an object of shared memory that has no lock one: the same memory, with `getLock` and `getObj`.
 *
 * @param lock an RLock of its own unless given
 *
 * @example
 * const raw = new RawValue('i', 5);
 * const value = synchronized(raw);
 * value.holdSync();
 *
 * @throws {AssertionError} ERR_ALREADY_SYNCHRONIZED
 * @throws {TypeError} ERR_NOT_SHARED, ERR_VALUE_LOCK
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.sharedctypes.synchronized
 */
export function synchronized<Raw extends object>(raw: Raw, lock?: Guard | null): Raw & Guarded<Raw> {
  if (isGuarded(raw)) throw new AssertionError('ERR_ALREADY_SYNCHRONIZED', 'object already synchronized');
  checkShared(raw);
  const guard = guardFrom({ lock })!;
  return (origin in raw ? guardArray(raw, guard) : guardValue(raw, guard)) as Raw & Guarded<Raw>;
}

/**
 * A copy of an object of shared memory in shared memory of its own, without a lock.
 *
 * @example
 * const first = new Value('i', 1);
 * const second = copy(first); // a value of its own, with what is in the first
 *
 * @throws {TypeError} ERR_NOT_SHARED
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.sharedctypes.copy
 */
export function copy<Raw extends object>(object: Raw | (Raw & Guarded<Raw>)): Raw {
  const raw = isGuarded(object) ? object[guarded].raw : object;
  checkShared(raw);
  if (raw instanceof RawScalar) return makeRawValue(raw.code, raw.value) as Raw;
  const structure = structureOf(raw);
  if (structure !== undefined) return makeRawValue(structure, raw) as Raw;
  const { type, bytes, length } = (raw as { readonly [origin]: Origin })[origin];
  const copied = SharedBytes.create(bytes.buffer.byteLength);
  new Uint8Array(copied.buffer).set(new Uint8Array(bytes.buffer));
  return arrayOver({ type, bytes: copied, length }) as Raw;
}

function checkShared(object: unknown): void {
  const isShared =
    typeof object === 'object' &&
    object !== null &&
    (object instanceof RawScalar || origin in object || structureOf(object) !== undefined);
  if (isShared) return;
  throw new ArgumentTypeError(
    'ERR_NOT_SHARED',
    `object: ${expected('a RawValue, a RawArray or a record of shared memory', object)}`,
  );
}
