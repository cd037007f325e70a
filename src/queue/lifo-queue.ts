import { Queue } from './queue.js';

/**
 * A queue whose last item is got first.
 *
 * @example
 * const queue = new LifoQueue<number>();
 * for (const n of [1, 2]) queue.putNowait(n);
 * console.log(queue.getNowait()); // 2
 *
 * @see https://docs.python.org/3/library/queue.html#queue.LifoQueue
 */
export class LifoQueue<T = unknown> extends Queue<T> {
  readonly #items: T[] = [];

  protected override count(): number {
    return this.#items.length;
  }

  protected override insert(item: T): void {
    this.#items.push(item);
  }

  protected override remove(): T {
    return this.#items.pop() as T;
  }
}
