import { isBefore } from './compare.js';

/** A binary heap whose smallest item is on top. Items that cannot be compared leave it as it was. */
export class Heap<T> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    const path = [this.#items.length];
    for (let at = this.#items.length; at > 0;) {
      at = (at - 1) >> 1;
      if (!isBefore(item, this.#items[at])) break;
      path.push(at);
    }
    this.#place(item, path);
  }

  pop(): T {
    const items = this.#items;
    const last = items.length - 1;
    const path = [0];
    for (let at = 0, child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && isBefore(items[child + 1], items[child])) child++;
      if (!isBefore(items[child], items[last])) break;
      path.push(child);
      at = child;
    }
    const top = items[0] as T;
    const moved = items.pop() as T;
    if (items.length > 0) this.#place(moved, path);
    return top;
  }

  /** Moves the items on a path one place along it, and puts `item` at its end; all comparing has been done before. */
  #place(item: T, path: readonly number[]): void {
    const items = this.#items;
    for (let step = 1; step < path.length; step++) items[path[step - 1]!] = items[path[step]!] as T;
    items[path.at(-1)!] = item;
  }
}
