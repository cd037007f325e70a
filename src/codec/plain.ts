import { inspect } from 'node:util';

/** Thrown on meeting what is not plain data; nobody but `encode` sees it. */
export const notPlain = new Error('not plain data');

/** Up to this length listing the keys, indices and all, is cheaper than the detour below. */
const LIST_UP_TO = 64;

/**
 * Whether an array has nothing but elements. JavaScript has no direct question for that: keys can only be listed together
 * with all the indices, which takes longer than writing the elements. `inspect` however asks the engine for the others
 * alone, in a time that does not depend on the length, and shows them after the elements, here left out. Whatever makes
 * its answer look different from the expected one sends the array to the slow path, which only costs time.
 */
export function isBareArray(array: readonly unknown[]): boolean {
  const { length } = array;
  if (length > LIST_UP_TO) return show(array) === `[ ${rest(length)}`;
  const keys = Object.keys(array);
  // Indices come first: if the last key is one, all are.
  return keys.length === 0 || isIndex(keys[keys.length - 1] as string, length);
}

/** Whether an object has as many own properties as its class gives it. */
export function isBare(object: object, count = 0): boolean {
  return Reflect.ownKeys(object).length === count;
}

function isIndex(key: string, length: number): boolean {
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < length && String(index) === key;
}

function rest(length: number): string {
  return `... ${length} more item${length === 1 ? '' : 's'} ]`;
}

/** All options that matter are given: programs may change the defaults. */
const options = {
  depth: 0,
  maxArrayLength: 0,
  breakLength: Infinity,
  compact: true,
  colors: false,
  customInspect: false,
  showHidden: false,
};

function show(array: object): string {
  return inspect(array, options);
}
