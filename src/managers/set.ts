import { iterated, keyOf, pythonError } from './python-values.js';

/** A set as it lives in a server, with the methods that Python's proxies (3.14) call. */
export class ServerSet {
  #items: Map<unknown, unknown>;

  constructor(initial: unknown = []) {
    this.#items = keyed(initial);
  }

  __contains__(value: unknown): boolean {
    return this.#items.has(keyOf(value));
  }

  __len__(): number {
    return this.#items.size;
  }

  __iter__(): Iterator<unknown> {
    return [...this.#items.values()].values();
  }

  add(value: unknown): void {
    if (!this.__contains__(value)) this.#items.set(keyOf(value), value);
  }

  discard(value: unknown): void {
    this.#items.delete(keyOf(value));
  }

  remove(value: unknown): void {
    if (!this.#items.delete(keyOf(value))) throw pythonError('KeyError', value);
  }

  pop(): unknown {
    const [first] = this.#items;
    if (first === undefined) throw pythonError('KeyError', 'pop from an empty set');
    this.#items.delete(first[0]);
    return first[1];
  }

  clear(): void {
    this.#items.clear();
  }

  copy(): Set<unknown> {
    return new Set(this.#items.values());
  }

  update(...others: unknown[]): void {
    for (const other of others) for (const value of iterated(other, 'set')) this.add(value);
  }

  union(...others: unknown[]): Set<unknown> {
    const result = new ServerSet(this.copy());
    result.update(...others);
    return result.copy();
  }

  intersection(...others: unknown[]): Set<unknown> {
    const all = others.map(keyed);
    return new Set([...this.#items].filter(([id]) => all.every((other) => other.has(id))).map(([, value]) => value));
  }

  difference(...others: unknown[]): Set<unknown> {
    const all = others.map(keyed);
    return new Set([...this.#items].filter(([id]) => !all.some((other) => other.has(id))).map(([, value]) => value));
  }

  symmetric_difference(other: unknown): Set<unknown> {
    const own = this.difference(other);
    return new Set([...own, ...new ServerSet(other).difference(this.copy())]);
  }

  intersection_update(...others: unknown[]): void {
    this.#items = keyed(this.intersection(...others));
  }

  difference_update(...others: unknown[]): void {
    this.#items = keyed(this.difference(...others));
  }

  symmetric_difference_update(other: unknown): void {
    this.#items = keyed(this.symmetric_difference(other));
  }

  isdisjoint(other: unknown): boolean {
    return this.intersection(other).size === 0;
  }

  issubset(other: unknown): boolean {
    return this.difference(other).size === 0;
  }

  issuperset(other: unknown): boolean {
    return new ServerSet(other).difference(this.copy()).size === 0;
  }

  __or__(other: unknown): Set<unknown> {
    return this.union(other);
  }

  __ror__(other: unknown): Set<unknown> {
    return this.union(other);
  }

  __and__(other: unknown): Set<unknown> {
    return this.intersection(other);
  }

  __rand__(other: unknown): Set<unknown> {
    return this.intersection(other);
  }

  __sub__(other: unknown): Set<unknown> {
    return this.difference(other);
  }

  __rsub__(other: unknown): Set<unknown> {
    return new ServerSet(other).difference(this.copy());
  }

  __xor__(other: unknown): Set<unknown> {
    return this.symmetric_difference(other);
  }

  __rxor__(other: unknown): Set<unknown> {
    return this.symmetric_difference(other);
  }

  __ior__(other: unknown): void {
    this.update(other);
  }

  __iand__(other: unknown): void {
    this.intersection_update(other);
  }

  __isub__(other: unknown): void {
    this.difference_update(other);
  }

  __ixor__(other: unknown): void {
    this.symmetric_difference_update(other);
  }

  '#GETVALUE'(): Set<unknown> {
    return this.copy();
  }
}

function keyed(values: unknown): Map<unknown, unknown> {
  return new Map(iterated(values, 'set').map((value) => [keyOf(value), value]));
}
