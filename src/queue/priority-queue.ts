import { Heap } from './heap.js';
import { Queue } from './queue.js';

/**
 * A queue whose smallest item is got first. Items are numbers, strings, arrays (the first elements that differ decide), or
 * objects whose `valueOf` gives a number or a string.
 *
 * @example
 * const queue = new PriorityQueue<[number, string]>();
 * queue.putNowait([3, 'later']);
 * queue.putNowait([1, 'first']);
 * console.log(queue.getNowait()); // [ 1, 'first' ]
 *
 * @throws {TypeError} ERR_NOT_COMPARABLE: from `put` or `get`, when they meet two items that have no order; nothing is lost
 * @see https://docs.python.org/3/library/queue.html#queue.PriorityQueue
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  readonly #items = new Heap<T>();

  protected override count(): number {
    return this.#items.length;
  }

  protected override insert(item: T): void {
    this.#items.push(item);
  }

  protected override remove(): T {
    return this.#items.pop();
  }
}
