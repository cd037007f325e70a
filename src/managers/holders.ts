import { iterated, placeOf, placesOf, pythonError, Slice } from './python-values.js';

/** The smaller objects of a server, with the methods that Python's proxies call. */

/** Called when nobody holds an object any more. */
export const dropped: unique symbol = Symbol('dropped');

export class ServerNamespace {
  readonly #attributes: Map<string, unknown>;

  constructor(initial: Readonly<Record<string, unknown>> = {}) {
    this.#attributes = new Map(Object.entries(initial));
  }

  __getattribute__(name: string): unknown {
    if (!this.#attributes.has(name))
      throw pythonError('AttributeError', `'Namespace' object has no attribute '${name}'`);
    return this.#attributes.get(name);
  }

  __setattr__(name: string, value: unknown): void {
    this.#attributes.set(name, value);
  }

  __delattr__(name: string): void {
    if (!this.#attributes.delete(name)) throw pythonError('AttributeError', name);
  }

  __str__(): string {
    const shown = [...this.#attributes].filter(([name]) => !name.startsWith('_'));
    const text = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));
    return `Namespace(${shown
      .map(([name, value]) => `${name}=${text(value)}`)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join(', ')})`;
  }
}

export class ServerValue {
  #value: unknown;

  constructor(_typeCode: unknown, value: unknown) {
    this.#value = value;
  }

  get(): unknown {
    return this.#value;
  }

  set(value: unknown): void {
    this.#value = value;
  }
}

export class ServerArray {
  readonly #items: unknown[];

  constructor(_typeCode: unknown, initial: unknown) {
    this.#items = typeof initial === 'number' ? new Array<unknown>(initial).fill(0) : iterated(initial, 'Array');
  }

  __len__(): number {
    return this.#items.length;
  }

  __getitem__(index: unknown): unknown {
    if (index instanceof Slice) return placesOf(index, this.#items.length).map((place) => this.#items[place]);
    return this.#items[placeOf(index, this.#items.length, 'array')];
  }

  __setitem__(index: unknown, value: unknown): void {
    this.#items[placeOf(index, this.#items.length, 'array')] = value;
  }

  '#GETVALUE'(): unknown[] {
    return [...this.#items];
  }
}

/** A generator or iterator that stays at the server. */
export class ServerIterator {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;

  constructor(iterator: Iterator<unknown> | AsyncIterator<unknown>) {
    this.#iterator = iterator;
  }

  async __next__(): Promise<unknown> {
    const { done, value } = await this.#iterator.next();
    if (done === true) throw pythonError('StopIteration');
    return value;
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  [dropped](): void {
    this.close().catch(() => {}); // what it does at its end concerns nobody any more
  }
}
