import { AssertionError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import type { SyncWaitOptions, WaitOptions } from '../sync/options.js';
import { CLOSED, Items } from './items.js';
import { readiness, type Readiness } from './ready.js';
import { Store } from './store.js';

/**
 * A queue between any number of producers and consumers, in any processes, threads and coroutines of one program. An item
 * that `put` has accepted is stored in shared memory: its producer may end at once, and the item is still delivered, once.
 * There is no feeder thread, and items may be of any size.
 *
 * @example
 * const queue = new Queue<string>();
 * await new Process({ target: () => queue.put('hello') }).start();
 * console.log(await queue.get());
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Queue
 */
export class Queue<T = unknown> implements AsyncIterable<T> {
  readonly #items: Items;

  /**
   * @param maxsize how many items it holds at most; 0 or less: any number, as far as memory goes
   * @throws {TypeError} ERR_QUEUE_MAXSIZE
   */
  constructor(maxsize: number | Items = 0) {
    this.#items = maxsize instanceof Items ? maxsize : new Items(Store.create(Items.limitOf(maxsize)));
  }

  /**
   * Stores an item; waits for room first if the queue is full.
   *
   * @throws {Full} ERR_QUEUE_FULL: no room within `timeout` milliseconds, or at all with `block: false`
   * @throws {PicklingError} the item cannot travel; nothing is stored
   * @throws {ValueError} ERR_QUEUE_CLOSED
   * @throws {TypeError} ERR_TIMEOUT_VALUE
   */
  put(item: T, options?: WaitOptions): Promise<void> {
    return this.#items.put(item, options);
  }

  /** Like `put`, and blocks the calling thread. */
  putSync(item: T, options?: SyncWaitOptions): void {
    this.#items.putSync(item, options);
  }

  /** Stores an item if there is room, and throws `Full` otherwise. */
  putNowait(item: T): void {
    this.#items.putSync(item, { block: false });
  }

  /**
   * Takes the first item; waits for one first if the queue is empty.
   *
   * @throws {Empty} ERR_QUEUE_EMPTY: no item within `timeout` milliseconds, or at all with `block: false`
   * @throws {ValueError} ERR_QUEUE_CLOSED
   * @throws {TypeError} ERR_TIMEOUT_VALUE
   */
  get(options?: WaitOptions): Promise<T> {
    return this.#items.get(options) as Promise<T>;
  }

  /** Like `get`, and blocks the calling thread. */
  getSync(options?: SyncWaitOptions): T {
    return this.#items.getSync(options) as T;
  }

  /** Takes the first item if there is one, and throws `Empty` otherwise. */
  getNowait(): T {
    return this.getSync({ block: false });
  }

  /** How many items it holds at this moment. */
  qsize(): number {
    return this.#items.store.size;
  }

  /** @throws {OSError} ERR_QUEUE_CLOSED */
  empty(): boolean {
    return this.#items.isEmpty();
  }

  /** Whether it holds as many items as it may at this moment. */
  full(): boolean {
    return this.#items.store.isFull();
  }

  /** This process uses the queue no more; the others go on, and what was put stays. Ends the waits of this object. */
  close(): void {
    this.#items.close();
  }

  /**
   * Resolves at once: what was put is stored already. Here for programs that come from Python.
   *
   * @throws {AssertionError} ERR_QUEUE_OPEN: `close` has not been called
   */
  async joinThread(): Promise<void> {
    this.joinThreadSync();
  }

  /** Like `joinThread`. */
  joinThreadSync(): void {
    if (!this.#items.closed)
      throw new AssertionError('ERR_QUEUE_OPEN', 'Queue joinThread: expected a closed queue, got an open one');
  }

  /** Does nothing: no thread is left to be waited for. Here for programs that come from Python. */
  cancelJoinThread(): void {}

  /** The items as they come, until this process closes the queue. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let item: T;
      try {
        item = await this.get();
      } catch (error) {
        if ((error as { code?: string }).code === CLOSED) return; // perhaps while it waited
        throw error;
      }
      yield item;
    }
  }

  [readiness](): Readiness {
    return this.#items.readiness();
  }

  [handle](): [string, unknown] {
    return ['Queue', this.#items.travel()];
  }
}

registerHandle('Queue', (address) => new Queue(new Items(new Store(address as number))));
