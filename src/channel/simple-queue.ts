import { handle, registerHandle } from '../memory/handle.js';
import { Items } from './items.js';
import { readiness, type Readiness } from './ready.js';
import { Store } from './store.js';

/**
 * A queue with nothing but `put`, `get`, `empty` and `close`, each of them `Queue`'s.
 *
 * @example
 * const queue = new SimpleQueue<number>();
 * queue.putSync(1);
 * console.log(queue.getSync()); // 1
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.SimpleQueue
 */
export class SimpleQueue<T = unknown> {
  readonly #items: Items;

  /** An empty queue without bound. */
  constructor(items: Items = new Items(Store.create(0))) {
    this.#items = items;
  }

  /** Stores an item; there is always room, as far as memory goes. */
  put(item: T): Promise<void> {
    return this.#items.put(item);
  }

  /** Like `put`; it does not wait for anything. */
  putSync(item: T): void {
    this.#items.putSync(item);
  }

  /** Takes the first item; waits for one first if the queue is empty. */
  get(): Promise<T> {
    return this.#items.get() as Promise<T>;
  }

  /** Like `get`, and blocks the calling thread. */
  getSync(): T {
    return this.#items.getSync() as T;
  }

  /** @throws {OSError} ERR_QUEUE_CLOSED */
  empty(): boolean {
    return this.#items.isEmpty();
  }

  /** This process uses the queue no more; the others go on, and what was put stays. */
  close(): void {
    this.#items.close();
  }

  [readiness](): Readiness {
    return this.#items.readiness();
  }

  [handle](): [string, unknown] {
    return ['SimpleQueue', this.#items.travel()];
  }
}

registerHandle('SimpleQueue', (address) => new SimpleQueue(new Items(new Store(address as number))));
