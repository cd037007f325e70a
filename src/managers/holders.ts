import { Queue } from '../queue/queue.js';
import { placeOf, placesOf, pythonError, Slice } from './python-values.js';
import { iterated } from './python-values.js';

/** The smaller objects of a server, with the methods that Python's proxies call. */

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

/** Python's `queue.Queue`, with its names and its seconds, over the one of `manyfold/queue`. */
export class ServerQueue {
  readonly #queue: Queue;

  constructor(maxsize = 0) {
    this.#queue = new Queue(maxsize);
  }

  put(item: unknown, block: unknown = true, timeout: unknown = null): Promise<void> {
    return this.#queue.put(item, options(block, timeout));
  }

  get(block: unknown = true, timeout: unknown = null): Promise<unknown> {
    return this.#queue.get(options(block, timeout));
  }

  put_nowait(item: unknown): void {
    this.#queue.putNowait(item);
  }

  get_nowait(): unknown {
    return this.#queue.getNowait();
  }

  qsize(): number {
    return this.#queue.qsize();
  }

  empty(): boolean {
    return this.#queue.empty();
  }

  full(): boolean {
    return this.#queue.full();
  }

  task_done(): void {
    this.#queue.taskDone();
  }

  join(): Promise<void> {
    return this.#queue.join();
  }

  shutdown(immediate: unknown = false): void {
    this.#queue.shutdown({ immediate: immediate === true });
  }
}

function options(block: unknown, timeout: unknown): { block: boolean; timeout?: number } {
  const waits = block !== false && block !== 0;
  return typeof timeout === 'number' ? { block: waits, timeout: timeout * 1000 } : { block: waits };
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
}
