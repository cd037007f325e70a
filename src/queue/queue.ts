import { ArgumentTypeError, Empty, expected, Full, ShutDown, ValueError } from '../errors.js';
import { waitsForItself } from '../sync/alone.js';
import type { SyncWaitOptions, WaitOptions } from '../sync/options.js';
import { limitsOf, type Limits } from './limits.js';
import { Line } from './line.js';
import { Ring } from './ring.js';

/**
 * A queue between the coroutines of one thread: first in, first out. Nothing is copied; an item that is got is the very
 * object that was put. (Between processes and threads: `Queue` of `manyfold`.) A class of your own may keep the items in
 * another way, by overriding `insert`, `remove` and `count`.
 *
 * @example
 * const queue = new Queue<string>(2); // at most two items
 * void (async () => {
 *   for (const url of urls) await queue.put(url);
 *   queue.shutdown();
 * })();
 * for await (const url of queue) console.log(url);
 *
 * @see https://docs.python.org/3/library/queue.html
 */
export class Queue<T = unknown> implements AsyncIterable<T> {
  /** How many items it holds at most; 0 or less: any number. */
  readonly maxsize: number;
  readonly #items = new Ring<T>();
  readonly #getters = new Line<T>();
  readonly #putters = new Line<void, T>();
  readonly #joiners = new Line<void>();
  #unfinished = 0;
  #isShutdown = false;

  /** @throws {TypeError} ERR_QUEUE_MAXSIZE */
  constructor(maxsize = 0) {
    if (typeof maxsize !== 'number' || Number.isNaN(maxsize)) {
      throw new ArgumentTypeError('ERR_QUEUE_MAXSIZE', `maxsize: ${expected('a number', maxsize)}`);
    }
    this.maxsize = maxsize;
  }

  /** How many items have been put and not yet been reported by `taskDone`. */
  get unfinishedTasks(): number {
    return this.#unfinished;
  }

  /** Whether `shutdown` has been called. */
  get isShutdown(): boolean {
    return this.#isShutdown;
  }

  /**
   * Adds an item; waits for room first if the queue is full.
   *
   * @throws {Full} ERR_QUEUE_FULL: no room within `timeout` milliseconds, or at all with `block: false`
   * @throws {ShutDown} ERR_QUEUE_SHUT_DOWN
   * @throws {ValueError} ERR_TIMEOUT_NEGATIVE
   */
  async put(item: T, options?: WaitOptions): Promise<void> {
    const limits = this.#check(options);
    if (!this.full()) return this.#store(item);
    if (limits.timeout === 0) throw full();
    return this.#putters.wait(item, limits, full);
  }

  /** Adds an item if there is room, and throws `Full` otherwise. */
  putNowait(item: T): void {
    this.putSync(item, { block: false });
  }

  /**
   * Adds an item without waiting. While this thread waited, nobody could make room: with a `timeout` a full queue is `Full`
   * at once, and without one the call is refused.
   *
   * @throws {Full} ERR_QUEUE_FULL
   * @throws {ShutDown} ERR_QUEUE_SHUT_DOWN
   * @throws {RuntimeError} ERR_WAITS_FOR_ITSELF: it is full, and the wait would never end
   */
  putSync(item: T, options?: SyncWaitOptions): void {
    const { timeout } = this.#check(options);
    if (this.full()) throw timeout === Infinity ? waitsForItself('putSync on a queue that is full') : full();
    this.#store(item);
  }

  /**
   * Takes an item; waits for one first if the queue is empty.
   *
   * @throws {Empty} ERR_QUEUE_EMPTY: no item within `timeout` milliseconds, or at all with `block: false`
   * @throws {ShutDown} ERR_QUEUE_SHUT_DOWN: it is empty, and has been shut down
   * @throws {ValueError} ERR_TIMEOUT_NEGATIVE
   */
  async get(options?: WaitOptions): Promise<T> {
    const limits = limitsOf(options);
    if (this.count() > 0) return this.#take();
    if (this.#isShutdown) throw shutDown();
    if (limits.timeout === 0) throw empty();
    return this.#getters.wait(undefined, limits, empty);
  }

  /** Takes an item if there is one, and throws `Empty` otherwise. */
  getNowait(): T {
    return this.getSync({ block: false });
  }

  /** Takes an item without waiting; an empty queue is to it what a full one is to `putSync`. */
  getSync(options?: SyncWaitOptions): T {
    const { timeout } = limitsOf(options);
    if (this.count() > 0) return this.#take();
    if (this.#isShutdown) throw shutDown();
    throw timeout === Infinity ? waitsForItself('getSync on a queue that is empty') : empty();
  }

  /**
   * Says that one item that was got has been dealt with.
   *
   * @throws {ValueError} ERR_TASK_DONE: said more often than items were put
   */
  taskDone(): void {
    if (this.#unfinished === 0) throw new ValueError('ERR_TASK_DONE', 'taskDone() called too many times');
    this.#unfinished--;
    this.#letJoinersGo();
  }

  /** Waits until each item that was put has been reported by `taskDone`. */
  async join(options?: Pick<WaitOptions, 'signal'>): Promise<void> {
    const limits = limitsOf(options);
    if (this.#unfinished > 0) await this.#joiners.wait(undefined, limits, empty);
  }

  /**
   * Ends the queue: whoever puts gets `ShutDown`, and whoever gets does so when it is empty. `immediate` drops the items
   * and counts them as done.
   */
  shutdown({ immediate = false }: { immediate?: boolean } = {}): void {
    this.#isShutdown = true;
    if (immediate) {
      for (; this.count() > 0; this.remove()) this.#unfinished = Math.max(0, this.#unfinished - 1);
    }
    this.#getters.rejectAll(shutDown);
    this.#putters.rejectAll(shutDown);
    this.#letJoinersGo();
  }

  /** How many items it holds. */
  qsize(): number {
    return this.count();
  }

  /** Whether it holds nothing at this moment. */
  empty(): boolean {
    return this.count() === 0;
  }

  /** Whether it holds as many items as it may. */
  full(): boolean {
    return this.maxsize > 0 && this.count() >= this.maxsize;
  }

  /** The items as they come, until the queue is shut down and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let item: T;
      try {
        item = await this.get();
      } catch (error) {
        if (error instanceof ShutDown) return;
        throw error;
      }
      yield item;
    }
  }

  /** How many items there are. */
  protected count(): number {
    return this.#items.length;
  }

  /** Keeps an item. What it throws, `put` throws. */
  protected insert(item: T): void {
    this.#items.push(item);
  }

  /** Gives the next item; there is one. What it throws, `get` throws. */
  protected remove(): T {
    return this.#items.shift();
  }

  #check(options: WaitOptions | undefined): Limits {
    const limits = limitsOf(options);
    if (this.#isShutdown) throw shutDown();
    return limits;
  }

  #store(item: T): void {
    this.insert(item);
    this.#unfinished++;
    this.handOut();
  }

  /** Gives what there is to those who wait for it. */
  protected handOut(): void {
    while (!this.#getters.isEmpty && this.count() > 0) {
      const getter = this.#getters.shift()!;
      try {
        getter.resolve(this.remove());
      } catch (error) {
        getter.reject(error);
      }
    }
  }

  #take(): T {
    const item = this.remove();
    while (!this.#putters.isEmpty && !this.full()) {
      const putter = this.#putters.shift()!;
      try {
        putter.resolve(this.#store(putter.offer));
      } catch (error) {
        putter.reject(error);
      }
    }
    return item;
  }

  #letJoinersGo(): void {
    if (this.#unfinished === 0) this.#joiners.resolveAll();
  }
}

function full(): Full {
  return new Full('ERR_QUEUE_FULL', 'the queue is full');
}

function empty(): Empty {
  return new Empty('ERR_QUEUE_EMPTY', 'the queue is empty');
}

function shutDown(): ShutDown {
  return new ShutDown('ERR_QUEUE_SHUT_DOWN', 'the queue has been shut down');
}
