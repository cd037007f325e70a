import { ArgumentTypeError, expected } from '../errors.js';

export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** What a function is to be called with, read chunk by chunk. */
export class Input {
  /** How many items there are, where that can be known. */
  readonly total: number | undefined;
  readonly #list: readonly unknown[] | undefined;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  readonly #isAsync: boolean;
  #next = 0;
  isAtEnd = false;

  constructor(items: Items<unknown>) {
    const asynchronous = (items as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator];
    this.#isAsync = asynchronous !== undefined;
    if (Array.isArray(items)) {
      this.#list = items;
      this.total = items.length;
    } else if (asynchronous) {
      this.#iterator = asynchronous.call(items);
    } else {
      if (typeof (items as Partial<Iterable<unknown>> | undefined)?.[Symbol.iterator] !== 'function')
        throw new ArgumentTypeError('ERR_POOL_ITEMS', `items: ${expected('an iterable or an async iterable', items)}`);
      this.#iterator = (items as Iterable<unknown>)[Symbol.iterator]();
    }
  }

  /** The next items, so many unless it ends before; none at its end. A promise for an async iterable. */
  read(count: number): Portion | Promise<Portion> {
    if (this.#list) return this.#slice(this.#list, count);
    return this.#isAsync ? this.#readLater(count) : this.#readNow(count);
  }

  /** Says to the source that nobody wants more. */
  close(): void {
    if (this.isAtEnd) return;
    this.isAtEnd = true;
    void this.#iterator?.return?.();
  }

  #slice(list: readonly unknown[], count: number): Portion {
    const items = list.slice(this.#next, this.#next + count);
    this.#next += items.length;
    this.isAtEnd = this.#next >= list.length;
    return { items };
  }

  #readNow(count: number): Portion {
    const items: unknown[] = [];
    try {
      while (items.length < count && !this.isAtEnd) {
        const { value, done } = (this.#iterator as Iterator<unknown>).next();
        if (done) this.isAtEnd = true;
        else items.push(value);
      }
      return { items };
    } catch (error) {
      this.isAtEnd = true;
      return { items, failure: { error } };
    }
  }

  async #readLater(count: number): Promise<Portion> {
    const items: unknown[] = [];
    try {
      while (items.length < count && !this.isAtEnd) {
        const { value, done } = await (this.#iterator as AsyncIterator<unknown>).next();
        if (done) this.isAtEnd = true;
        else items.push(value);
      }
      return { items };
    } catch (error) {
      this.isAtEnd = true;
      return { items, failure: { error } };
    }
  }
}

/** Items that were read, and what the source threw behind them. */
export interface Portion {
  readonly items: readonly unknown[];
  readonly failure?: { readonly error: unknown };
}
