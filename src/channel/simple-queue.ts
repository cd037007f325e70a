import { handle, registerHandle } from '../memory/handle.js';
import { Queue } from './queue.js';
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
  readonly #store: Store;
  readonly #queue: Queue<T>;

  constructor(store: Store = Store.create(0)) {
    this.#store = store;
    this.#queue = new Queue<T>(store);
  }

  put(item: T): Promise<void> {
    return this.#queue.put(item);
  }

  putSync(item: T): void {
    this.#queue.putSync(item);
  }

  get(): Promise<T> {
    return this.#queue.get();
  }

  getSync(): T {
    return this.#queue.getSync();
  }

  empty(): boolean {
    return this.#queue.empty();
  }

  close(): void {
    this.#queue.close();
  }

  [handle](): [string, number] {
    return ['SimpleQueue', this.#store.address];
  }
}

registerHandle('SimpleQueue', (address) => new SimpleQueue(new Store(address as number)));
