import { PythonError } from '../pickle/errors.js';
import { Slice } from '../pickle/pickle.js';

/** What of Python's behaviour the collections need: equality of keys, indices from the end, slices, its errors. */

export function pythonError(name: string, ...args: readonly unknown[]): PythonError {
  const error = new PythonError('ERR_PYTHON', name, args.map(String).join(', '));
  Object.defineProperty(error, 'args', { value: args, configurable: true });
  return error;
}

/** Equal keys have the same: tuples and bytes are equal by what is in them, and 1 is True. */
export function keyOf(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint' || typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value) && Object.isFrozen(value)) return `tuple ${JSON.stringify(value.map(textOf))}`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  return value;
}

function textOf(value: unknown): string {
  const key = keyOf(value);
  return `${typeof key} ${String(key)}`;
}

export function isEqual(one: unknown, other: unknown): boolean {
  if (keyOf(one) === keyOf(other)) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((item, place) => isEqual(item, other[place]));
}

/** The place that an index means. */
export function placeOf(index: unknown, length: number, what = 'list'): number {
  const place = Number(index) < 0 ? Number(index) + length : Number(index);
  if (!Number.isInteger(place)) throw pythonError('TypeError', `${what} indices must be integers or slices`);
  if (place < 0 || place >= length) throw pythonError('IndexError', `${what} index out of range`);
  return place;
}

/** The places that a slice means. */
export function placesOf({ start, stop, step }: Slice, length: number): number[] {
  const by = step ?? 1;
  if (by === 0) throw pythonError('ValueError', 'slice step cannot be zero');
  const bound = (value: number | null, otherwise: number, low: number, high: number): number => {
    if (value === null) return otherwise;
    return Math.max(low, Math.min(high, value < 0 ? value + length : value));
  };
  const [low, high] = by > 0 ? [0, length] : [-1, length - 1];
  const first = bound(start, by > 0 ? 0 : length - 1, low, high);
  const end = bound(stop, by > 0 ? length : -1, low, high);
  const places: number[] = [];
  for (let place = first; by > 0 ? place < end : place > end; place += by) places.push(place);
  return places;
}

export { Slice };

export function iterated(value: unknown, what: string): unknown[] {
  if (value instanceof Map) return [...value.keys()];
  if (typeof value === 'string' || (typeof value === 'object' && value !== null && Symbol.iterator in value))
    return [...(value as Iterable<unknown>)];
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.keys(value);
  throw pythonError('TypeError', `${what}: '${typeof value}' object is not iterable`);
}

export function entriesOf(value: unknown): [unknown, unknown][] {
  if (value === undefined || value === null) return [];
  if (value instanceof Map) return [...value] as [unknown, unknown][];
  if (typeof value === 'object' && !(Symbol.iterator in value)) return Object.entries(value);
  return iterated(value, 'dict').map((pair) => iterated(pair, 'dict') as [unknown, unknown]);
}
