import { ArgumentTypeError, AssertionError, Empty, expected, Full, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { lookAgain, waitAsync } from '../sync/await.js';
import { patience, type SyncWaitOptions, type WaitOptions } from '../sync/options.js';
import { waitSync, type Waitable } from '../sync/wait.js';
import { pack, unpack, unpackSync } from './message.js';
import { Store, type Taken } from './store.js';

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
  readonly #store: Store;
  /** The next item, for one who blocks and for those who await, who may have to let others take theirs in between. */
  readonly #item: Waitable<Taken>;
  readonly #itemToKeep: Waitable<Taken>;
  #closed = false;

  /** @param maxsize how many items it holds at most; 0 or less: any number, as far as memory goes */
  constructor(maxsize: number | Store = 0) {
    if (typeof maxsize !== 'number' && !(maxsize instanceof Store)) {
      throw new ArgumentTypeError('ERR_QUEUE_MAXSIZE', `maxsize: ${expected('a number', maxsize)}`);
    }
    const store = typeof maxsize === 'number' ? Store.create(Math.max(0, Math.trunc(maxsize))) : maxsize;
    this.#store = store;
    this.#item = { line: store.messages, cares: false, attempt: () => store.take() };
    this.#itemToKeep = { ...this.#item, attempt: () => (this.#refuseClosed(), store.takeToKeep()) };
  }

  /**
   * Stores an item; waits for room first if the queue is full.
   *
   * @throws {Full} ERR_QUEUE_FULL: no room within `timeout` milliseconds, or at all with `block: false`
   * @throws {PicklingError} the item cannot travel; nothing is stored
   * @throws {ValueError} ERR_QUEUE_CLOSED
   */
  async put(item: T, options?: WaitOptions): Promise<void> {
    this.#refuseClosed();
    const bytes = pack(item);
    if (this.#store.put(bytes)) return;
    const kept = bytes.slice(); // the encoder's buffer is the next one's
    const stored = await waitAsync(this.#roomFor(kept), { timeout: patience(options), signal: options?.signal });
    if (!stored) throw full();
  }

  /** Like `put`, and blocks the calling thread. */
  putSync(item: T, options?: SyncWaitOptions): void {
    this.#refuseClosed();
    const bytes = pack(item);
    if (!this.#store.put(bytes) && !waitSync(this.#roomFor(bytes), patience(options))) throw full();
  }

  /** Stores an item if there is room, and throws `Full` otherwise. */
  putNowait(item: T): void {
    this.putSync(item, { block: false });
  }

  /**
   * Takes the first item; waits for one first if the queue is empty.
   *
   * @throws {Empty} ERR_QUEUE_EMPTY: no item within `timeout` milliseconds, or at all with `block: false`
   * @throws {ValueError} ERR_QUEUE_CLOSED
   */
  async get(options?: WaitOptions): Promise<T> {
    this.#refuseClosed();
    const taken =
      this.#store.take() ??
      (await waitAsync(this.#itemToKeep, { timeout: patience(options), signal: options?.signal }));
    if (taken === undefined) throw empty();
    return unpack(taken) as T | Promise<T>;
  }

  /** Like `get`, and blocks the calling thread. */
  getSync(options?: SyncWaitOptions): T {
    this.#refuseClosed();
    const taken = this.#store.take() ?? waitSync(this.#item, patience(options));
    if (taken === undefined) throw empty();
    return unpackSync(taken) as T;
  }

  /** Takes the first item if there is one, and throws `Empty` otherwise. */
  getNowait(): T {
    return this.getSync({ block: false });
  }

  /** How many items it holds at this moment. */
  qsize(): number {
    return this.#store.size;
  }

  empty(): boolean {
    return this.#store.size === 0;
  }

  full(): boolean {
    return this.#store.isFull();
  }

  /** This process uses the queue no more; the others go on, and what was put stays. Ends the waits of this object. */
  close(): void {
    this.#closed = true;
    lookAgain(this.#store.messages);
    lookAgain(this.#store.room);
  }

  /**
   * Resolves at once: what was put is stored already. Here for programs that come from Python.
   *
   * @throws {AssertionError} ERR_QUEUE_OPEN: `close` has not been called
   */
  async joinThread(): Promise<void> {
    if (!this.#closed)
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

  [handle](): [string, number] {
    return ['Queue', this.#store.address];
  }

  #roomFor(bytes: Uint8Array): Waitable<true> {
    const attempt = (): true | undefined => {
      this.#refuseClosed();
      return this.#store.put(bytes) || undefined;
    };
    return { line: this.#store.room, cares: false, attempt };
  }

  #refuseClosed(): void {
    if (this.#closed) throw new ValueError(CLOSED, 'Queue is closed');
  }
}

const CLOSED = 'ERR_QUEUE_CLOSED';

function full(): Full {
  return new Full('ERR_QUEUE_FULL', 'the queue is full');
}

function empty(): Empty {
  return new Empty('ERR_QUEUE_EMPTY', 'the queue is empty');
}

registerHandle('Queue', (address) => new Queue(new Store(address as number)));
