import { isEqual, iterated, placeOf, placesOf, pythonError, Slice } from './python-values.js';

/** A list as it lives in a server, with the methods that Python's proxies call. */
export class ServerList {
  #items: unknown[];

  constructor(initial: unknown = []) {
    this.#items = iterated(initial, 'list');
  }

  __getitem__(index: unknown): unknown {
    if (index instanceof Slice) return placesOf(index, this.#items.length).map((place) => this.#items[place]);
    return this.#items[placeOf(index, this.#items.length)];
  }

  __setitem__(index: unknown, value: unknown): void {
    if (index instanceof Slice) this.#setSlice(index, iterated(value, 'list'));
    else this.#items[placeOf(index, this.#items.length, 'list assignment')] = value;
  }

  #setSlice(slice: Slice, values: readonly unknown[]): void {
    const places = placesOf(slice, this.#items.length);
    if ((slice.step ?? 1) === 1) {
      const start = places[0] ?? Math.min(this.#items.length, Math.max(0, slice.start ?? 0));
      this.#items.splice(start, places.length, ...values);
    } else if (places.length === values.length) for (const [n, place] of places.entries()) this.#items[place] = values[n];
    else throw pythonError('ValueError', `attempt to assign sequence of size ${values.length} to extended slice of size ${places.length}`); // prettier-ignore
  }

  __delitem__(index: unknown): void {
    const { length } = this.#items;
    const places = new Set(index instanceof Slice ? placesOf(index, length) : [placeOf(index, length)]);
    this.#items = this.#items.filter((_, place) => !places.has(place));
  }

  __contains__(value: unknown): boolean {
    return this.#items.some((item) => isEqual(item, value));
  }

  __len__(): number {
    return this.#items.length;
  }

  __add__(other: unknown): unknown[] {
    return [...this.#items, ...iterated(other, 'list')];
  }

  __mul__(count: unknown): unknown[] {
    return Array.from({ length: Math.max(0, Number(count)) }, () => this.#items).flat();
  }

  __rmul__(count: unknown): unknown[] {
    return this.__mul__(count);
  }

  /** Python's `*=`; `+=` calls `extend`. */
  __imul__(count: unknown): void {
    this.#items = this.__mul__(count);
  }

  __iadd__(other: unknown): void {
    this.extend(other);
  }

  __reversed__(): Iterator<unknown> {
    return this.#items.toReversed().values();
  }

  append(value: unknown): void {
    this.#items.push(value);
  }

  clear(): void {
    this.#items = [];
  }

  copy(): unknown[] {
    return [...this.#items];
  }

  count(value: unknown): number {
    return this.#items.filter((item) => isEqual(item, value)).length;
  }

  extend(values: unknown): void {
    for (const value of iterated(values, 'list')) this.#items.push(value);
  }

  index(value: unknown, start: unknown = 0, stop: unknown = this.#items.length): number {
    const places = placesOf(new Slice(start as number, stop as number), this.#items.length);
    const place = places.find((at) => isEqual(this.#items[at], value));
    if (place === undefined) throw pythonError('ValueError', `${String(value)} is not in list`);
    return place;
  }

  insert(index: unknown, value: unknown): void {
    this.#items.splice(Number(index), 0, value);
  }

  pop(index: unknown = -1): unknown {
    if (this.#items.length === 0) throw pythonError('IndexError', 'pop from empty list');
    return this.#items.splice(placeOf(index, this.#items.length, 'pop'), 1)[0];
  }

  remove(value: unknown): void {
    const place = this.#items.findIndex((item) => isEqual(item, value));
    if (place < 0) throw pythonError('ValueError', 'list.remove(x): x not in list');
    this.#items.splice(place, 1);
  }

  reverse(): void {
    this.#items.reverse();
  }

  sort(options: { key?: unknown; reverse?: boolean } = {}): void {
    this.#items = this.#items.toSorted((a, b) => compare(a, b) * (options.reverse === true ? -1 : 1));
  }

  __str__(): string {
    return JSON.stringify(this.#items);
  }

  '#GETVALUE'(): unknown[] {
    return this.copy();
  }
}

function compare(one: unknown, other: unknown): number {
  if (typeof one !== typeof other)
    throw pythonError('TypeError', `'<' not supported between instances of '${typeof one}' and '${typeof other}'`);
  return (one as number) < (other as number) ? -1 : Number((one as number) > (other as number));
}
