import { Slice } from '../pickle/pickle.js';
import { call, mapped, unless } from './calls.js';

/**
 * What the proxies of collections call at the server: the methods that JavaScript has for such a thing, and Python's. An
 * operator of Python has its name in `operator`: `or` for `|`, `ior` for `|=`, which changes the object that is shared.
 */

export const none = (): void => {};
const yes = (): boolean => true;
const all = new Slice(null, null);

/** A method of arrays, done with a copy of the items. */
function ofItems<R>(use: (items: unknown[]) => R) {
  return mapped((items) => use(items as unknown[]), '__getitem__', all);
}

export const dict = {
  get: (key: unknown, otherwise?: unknown) => call('get', key, otherwise ?? null),
  set: (key: unknown, value: unknown) => mapped(none, '__setitem__', key, value),
  has: (key: unknown) => call<boolean>('__contains__', key),
  delete: (key: unknown) => unless('KeyError', false, mapped(yes, '__delitem__', key)),
  size: () => call<number>('__len__'),
  keys: () => call<unknown[]>('keys'),
  values: () => call<unknown[]>('values'),
  items: () => call<[unknown, unknown][]>('items'),
  entries: () => call<[unknown, unknown][]>('items'),
  forEach: (use: (value: unknown, key: unknown) => void) =>
    mapped((items) => (items as [unknown, unknown][]).forEach(([key, value]) => use(value, key)), 'items'),
  clear: () => mapped(none, 'clear'),
  copy: () => call('copy'),
  update: (other: object) => mapped(none, 'update', other),
  setdefault: (key: unknown, value: unknown = null) => call('setdefault', key, value),
  pop: (...args: [key: unknown, otherwise?: unknown]) => call('pop', ...args),
  popitem: () => call<[unknown, unknown]>('popitem'),
  reversed: () => mapped((keys) => (keys as unknown[]).toReversed(), 'keys'),
  or: (other: object) => call('__or__', other),
  ror: (other: object) => call('__ror__', other),
  ior: (other: object) => mapped(none, 'update', other),
  fromkeys: (keys: Iterable<unknown>, value: unknown = null) => call('fromkeys', [...keys], value),
};

export const list = {
  at: (index: number) => call('__getitem__', index),
  get: (index: number) => call('__getitem__', index),
  set: (index: number, value: unknown) => mapped(none, '__setitem__', index, value),
  length: () => call<number>('__len__'),
  includes: (value: unknown) => call<boolean>('__contains__', value),
  slice: (start: number | null = null, stop: number | null = null) =>
    call<unknown[]>('__getitem__', new Slice(start, stop)),
  indexOf: (value: unknown) => unless('ValueError', -1, call<number>('index', value)),
  concat: (...others: (readonly unknown[])[]) => ofItems((items) => items.concat(...others)),
  join: (separator?: string) => ofItems((items) => items.join(separator)),
  forEach: (use: (item: unknown, index: number) => void) => ofItems((items) => items.forEach(use)),
  map: <R>(make: (item: unknown, index: number) => R) => ofItems((items) => items.map(make)),
  filter: (keep: (item: unknown, index: number) => boolean) => ofItems((items) => items.filter(keep)),
  find: (is: (item: unknown, index: number) => boolean) => ofItems((items) => items.find(is)),
  findIndex: (is: (item: unknown, index: number) => boolean) => ofItems((items) => items.findIndex(is)),
  findLast: (is: (item: unknown, index: number) => boolean) => ofItems((items) => items.findLast(is)),
  findLastIndex: (is: (item: unknown, index: number) => boolean) => ofItems((items) => items.findLastIndex(is)),
  lastIndexOf: (value: unknown) => ofItems((items) => items.lastIndexOf(value)),
  flat: (depth?: number) => ofItems((items): unknown[] => items.flat(depth)),
  flatMap: <R>(make: (item: unknown, index: number) => R | readonly R[]) => ofItems((items) => items.flatMap(make)),
  reduce: <R>(join: (so: R, item: unknown, index: number) => R, start: R) =>
    ofItems((items) => items.reduce<R>(join, start)),
  reduceRight: <R>(join: (so: R, item: unknown, index: number) => R, start: R) =>
    ofItems((items) => items.reduceRight<R>(join, start)),
  keys: () => ofItems((items) => [...items.keys()]),
  entries: () => ofItems((items) => [...items.entries()]),
  toReversed: () => ofItems((items) => items.toReversed()),
  toSorted: (order?: (a: unknown, b: unknown) => number) => ofItems((items) => items.toSorted(order)),
  some: (is: (item: unknown, index: number) => boolean) => ofItems((items) => items.some(is)),
  every: (is: (item: unknown, index: number) => boolean) => ofItems((items) => items.every(is)),
  push: (...values: unknown[]) => mapped(none, 'extend', values),
  unshift: (...values: unknown[]) => mapped(none, '__setitem__', new Slice(0, 0), values),
  splice: (start: number, count: number, ...items: unknown[]) =>
    mapped(none, '__setitem__', new Slice(start, start < 0 && start + count >= 0 ? null : start + count), items),
  shift: () => unless('IndexError', undefined, call('pop', 0)),
  append: (value: unknown) => mapped(none, 'append', value),
  extend: (values: Iterable<unknown>) => mapped(none, 'extend', [...values]),
  insert: (index: number, value: unknown) => mapped(none, 'insert', index, value),
  remove: (value: unknown) => mapped(none, 'remove', value),
  pop: (index = -1) => call('pop', index),
  index: (value: unknown) => call<number>('index', value),
  count: (value: unknown) => call<number>('count', value),
  reverse: () => mapped(none, 'reverse'),
  reversed: () => ofItems((items) => items.toReversed()),
  sort: () => mapped(none, 'sort'),
  delete: (index: number) => mapped(none, '__delitem__', index),
  clear: () => mapped(none, '__delitem__', all),
  copy: () => call<unknown[]>('__getitem__', all),
  add: (other: Iterable<unknown>) => call<unknown[]>('__add__', [...other]),
  mul: (times: number) => call<unknown[]>('__mul__', times),
  iadd: (values: Iterable<unknown>) => mapped(none, 'extend', [...values]),
  imul: (times: number) => mapped(none, '__imul__', times),
};

type Values = Iterable<unknown>;
const plain = (values: Values): Set<unknown> => new Set(values);

export const set = {
  add: (value: unknown) => mapped(none, 'add', value),
  has: (value: unknown) => call<boolean>('__contains__', value),
  delete: (value: unknown) => unless('KeyError', false, mapped(yes, 'remove', value)),
  discard: (value: unknown) => mapped(none, 'discard', value),
  remove: (value: unknown) => mapped(none, 'remove', value),
  pop: () => call('pop'),
  size: () => call<number>('__len__'),
  clear: () => mapped(none, 'clear'),
  copy: () => call<Set<unknown>>('copy'),
  values: () => mapped((copy) => [...(copy as Set<unknown>)], 'copy'),
  forEach: (use: (value: unknown) => void) =>
    mapped((copy) => (copy as Set<unknown>).forEach((value) => use(value)), 'copy'),
  update: (values: Values) => mapped(none, 'update', [...values]),
  union: (other: Values) => call<Set<unknown>>('union', [...other]),
  intersection: (other: Values) => call<Set<unknown>>('intersection', [...other]),
  difference: (other: Values) => call<Set<unknown>>('difference', [...other]),
  symmetricDifference: (other: Values) => call<Set<unknown>>('symmetric_difference', [...other]),
  intersectionUpdate: (other: Values) => mapped(none, 'intersection_update', [...other]),
  differenceUpdate: (other: Values) => mapped(none, 'difference_update', [...other]),
  symmetricDifferenceUpdate: (other: Values) => mapped(none, 'symmetric_difference_update', [...other]),
  isDisjointFrom: (other: Values) => call<boolean>('isdisjoint', [...other]),
  isSubsetOf: (other: Values) => call<boolean>('issubset', [...other]),
  isSupersetOf: (other: Values) => call<boolean>('issuperset', [...other]),
  isdisjoint: (other: Values) => call<boolean>('isdisjoint', [...other]),
  issubset: (other: Values) => call<boolean>('issubset', [...other]),
  issuperset: (other: Values) => call<boolean>('issuperset', [...other]),
  or: (other: Values) => call<Set<unknown>>('__or__', plain(other)),
  and: (other: Values) => call<Set<unknown>>('__and__', plain(other)),
  sub: (other: Values) => call<Set<unknown>>('__sub__', plain(other)),
  xor: (other: Values) => call<Set<unknown>>('__xor__', plain(other)),
  ror: (other: Values) => call<Set<unknown>>('__ror__', plain(other)),
  rand: (other: Values) => call<Set<unknown>>('__rand__', plain(other)),
  rsub: (other: Values) => call<Set<unknown>>('__rsub__', plain(other)),
  rxor: (other: Values) => call<Set<unknown>>('__rxor__', plain(other)),
  ior: (other: Values) => mapped(none, 'update', [...other]),
  iand: (other: Values) => mapped(none, 'intersection_update', [...other]),
  isub: (other: Values) => mapped(none, 'difference_update', [...other]),
  ixor: (other: Values) => mapped(none, 'symmetric_difference_update', [...other]),
};

export const namespace = {
  get: (name: string) => call('__getattribute__', name),
  set: (name: string, value: unknown) => mapped(none, '__setattr__', name, value),
  delete: (name: string) => mapped(none, '__delattr__', name),
};

export const value = { get: () => call('get'), set: (to: unknown) => mapped(none, 'set', to) };

export const array = {
  at: (index: number) => call('__getitem__', index),
  get: (index: number) => call('__getitem__', index),
  set: (index: number, to: unknown) => mapped(none, '__setitem__', index, to),
  length: () => call<number>('__len__'),
  slice: (start: number | null = null, stop: number | null = null) =>
    call<unknown[]>('__getitem__', new Slice(start, stop)),
};

export const iterator = { next: () => call('__next__'), close: () => mapped(none, 'close') };
