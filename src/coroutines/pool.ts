import { expected, ValueError } from '../errors.js';
import { Queue } from '../queue/queue.js';
import { bind, Task } from './task.js';

/**
 * Coroutines of which only so many run at a time; the others wait for a place. They are independent of each other: one
 * that fails leaves the rest alone.
 *
 * @example
 * const pool = new Pool(5);
 * const pages = await pool.map(fetchPage, urls); // five at a time, in the order of the urls
 *
 * @see https://www.gevent.org/api/gevent.pool.html
 */
export class Pool {
  /** How many run at a time. */
  readonly size: number;
  readonly #tasks = new Set<Task>();
  /** Holds one item for each coroutine that has a place. */
  readonly #places: Queue<undefined>;

  /**
   * For so many coroutines at a time: a whole number, 1 or more, or Infinity.
   *
   * @throws {ValueError} ERR_POOL_SIZE: not a whole number, 1 or more
   */
  constructor(size: number) {
    if (!(size >= 1) || (size !== Infinity && !Number.isInteger(size))) {
      throw new ValueError('ERR_POOL_SIZE', `size: ${expected('a whole number, 1 or more', size)}`);
    }
    this.size = size;
    this.#places = new Queue(size === Infinity ? 0 : size);
  }

  /** How many more could run at once. */
  freeCount(): number {
    return this.size - this.#places.qsize();
  }

  /**
   * Runs a function as a coroutine, as soon as there is a place.
   *
   * @throws {TypeError} ERR_TARGET
   */
  spawn<Args extends readonly unknown[], R>(target: (...args: Args) => R, ...args: Args): Task<Awaited<R>> {
    const task = new Task<Awaited<R>>(bind(target, args), target.name, () => this.#enter());
    this.#tasks.add(task);
    task.onEnd(() => !this.#tasks.delete(task));
    return task;
  }

  /**
   * Calls a function for each item, so many at a time. All of them are called, also when one fails.
   *
   * @throws what the first call in the order of the items that failed has thrown
   */
  async map<T, R>(target: (item: T) => R, items: Iterable<T> | AsyncIterable<T>): Promise<Awaited<R>[]> {
    const results: Promise<PromiseSettledResult<Awaited<R>>[]>[] = [];
    for await (const item of items) {
      results.push(Promise.allSettled([this.spawn(target, item)]));
      await this.#places.put(undefined); // when that is possible, there is a place for one more
      this.#places.getNowait();
    }
    return (await Promise.all(results)).flat().map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  /** Kills all of them, also those that wait for a place. */
  kill(reason?: unknown): void {
    for (const task of this.#tasks) task.kill(reason);
  }

  /** Waits until all have ended. */
  async join(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(Array.from(this.#tasks, (task) => task.join()));
  }

  /** Waits until all have ended: `await using pool = new Pool(5)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.join();
  }

  async #enter(): Promise<Disposable> {
    await this.#places.put(undefined);
    return { [Symbol.dispose]: () => this.#places.getNowait() };
  }
}
