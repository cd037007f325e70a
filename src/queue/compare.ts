import { ArgumentTypeError } from '../errors.js';

type Ordered = number | bigint | string;

/**
 * Whether `a` comes before `b`: numbers and strings as `<` has it, arrays by their first elements that differ, objects by
 * what their `valueOf` gives.
 *
 * @throws {TypeError} ERR_NOT_COMPARABLE: there is no order between the two
 */
export function isBefore(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (Array.isArray(a) && Array.isArray(b)) return isArrayBefore(a, b);
  const [left, right] = [orderOf(a), orderOf(b)];
  if (left === undefined || right === undefined || (typeof left === 'string') !== (typeof right === 'string')) {
    throw new ArgumentTypeError('ERR_NOT_COMPARABLE', `'<' not supported between ${nameOf(a)} and ${nameOf(b)}`);
  }
  return left < right;
}

function isArrayBefore(a: readonly unknown[], b: readonly unknown[]): boolean {
  for (let at = 0; at < a.length && at < b.length; at++) {
    if (!isSame(a[at], b[at])) return isBefore(a[at], b[at]);
  }
  return a.length < b.length;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  const order = orderOf(a);
  return order !== undefined && order === orderOf(b);
}

function orderOf(value: unknown): Ordered | undefined {
  const plain: unknown = typeof value === 'object' && value !== null ? value.valueOf() : value;
  switch (typeof plain) {
    case 'number':
    case 'bigint':
    case 'string':
      return plain;
    case 'boolean':
      return Number(plain);
    default:
      return undefined;
  }
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : `a ${typeof value}`;
  return `an object of class ${value.constructor?.name ?? 'null'}`;
}
