import type { SyncWaitOptions, WaitOptions } from '../sync/options.js';
import { Queue } from './queue.js';

/**
 * A queue without bound, and without `taskDone`, `join` and `shutdown`.
 *
 * @example
 * const queue = new SimpleQueue<string>();
 * queue.putNowait('hello');
 * console.log(await queue.get());
 *
 * @see https://docs.python.org/3/library/queue.html#queue.SimpleQueue
 */
export class SimpleQueue<T = unknown> {
  readonly #queue = new Queue<T>();

  /** Adds an item; there is always room. */
  put(item: T): Promise<void> {
    return this.#queue.put(item);
  }

  /** Like `put`. */
  putSync(item: T): void {
    this.#queue.putSync(item);
  }

  /** Adds an item. */
  putNowait(item: T): void {
    this.#queue.putNowait(item);
  }

  /**
   * Takes the first item; waits for one first if the queue is empty.
   *
   * @throws {Empty} ERR_QUEUE_EMPTY: no item within `timeout` milliseconds, or at all with `block: false`
   */
  get(options?: WaitOptions): Promise<T> {
    return this.#queue.get(options);
  }

  /** Takes the first item without waiting; see `getSync` of `Queue`. */
  getSync(options?: SyncWaitOptions): T {
    return this.#queue.getSync(options);
  }

  /** Takes the first item if there is one, and throws `Empty` otherwise. */
  getNowait(): T {
    return this.#queue.getNowait();
  }

  /** How many items it holds. */
  qsize(): number {
    return this.#queue.qsize();
  }

  /** Whether it holds nothing. */
  empty(): boolean {
    return this.#queue.empty();
  }
}
