import { ArgumentTypeError, expected, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { bytesFor, checkItem, ListLayout, type Item } from './list-layout.js';
import { SharedMemory } from './shared-memory.js';

export type { Item };

/**
 * A list of fixed length in shared memory, of strings, bytes, numbers, booleans and null; Python's `ShareableList` opens it
 * by the name of its memory, and the other way round. Items are read and set by their index, also a negative one. A string
 * may be replaced by one that fits the room of the first. Trailing zero characters are lost, as in Python.
 *
 * @example
 * const list = new ShareableList(['howdy', 273.154, 100, null, true]);
 * list[-1] = false;
 * console.log([...list]);
 * list.shm.unlink();
 *
 * @throws {TypeError} ERR_ITEM_TYPE
 * @throws {ValueError} ERR_ITEM_RANGE, and those of `SharedMemory`
 * @throws {OSError} ERR_NO_SHAREABLE_LIST: the memory of that name holds something else
 * @see https://docs.python.org/3/library/multiprocessing.shared_memory.html#multiprocessing.shared_memory.ShareableList
 */
export class ShareableList implements Iterable<Item> {
  /** An index out of range throws a `ValueError`, ERR_INDEX_RANGE. */
  [index: number]: Item;

  /** The memory that holds it. */
  readonly shm: SharedMemory;
  readonly #layout: ListLayout;

  /** With these items; or with `name`, the list of that name, which exists already. */
  constructor(
    items?: Iterable<Item> | null,
    { name, shm }: { readonly name?: string | undefined; readonly shm?: SharedMemory } = {},
  ) {
    const isNew = shm === undefined && (name === undefined || (items !== undefined && items !== null));
    if (!isNew) {
      this.shm = shm ?? new SharedMemory({ name });
      this.#layout = new ListLayout(this.shm.buf!);
    } else {
      const list = checkItems(items ?? []);
      this.shm = new SharedMemory({ name, create: true, size: bytesFor(list) });
      this.#layout = ListLayout.write(this.shm.buf!, list);
    }
    return new Proxy(this, byIndex);
  }

  /** How many items it has; that never changes. */
  get length(): number {
    return this.#layout.length;
  }

  /** The formats of its items, as Python's `struct` has them. */
  get format(): string {
    return Array.from({ length: this.length }, (_, place) => this.#layout.format(place)).join('');
  }

  /** How many items equal a value. */
  count(value: Item): number {
    return [...this].filter((item) => isSame(item, value)).length;
  }

  /**
   * Where a value stands first.
   *
   * @throws {ValueError} ERR_NOT_IN_LIST
   */
  index(value: Item): number {
    const place = [...this].findIndex((item) => isSame(item, value));
    if (place >= 0) return place;
    throw new ValueError('ERR_NOT_IN_LIST', `${String(value)} not in this container`);
  }

  /** The items, each as it is when it is reached. */
  *[Symbol.iterator](): Generator<Item, void, undefined> {
    for (let place = 0; place < this.length; place++) yield this.#layout.get(place);
  }

  /** As in Python: `ShareableList(['howdy', 1], name='...')`. */
  toString(): string {
    return `ShareableList(${JSON.stringify([...this], (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}, name='${this.shm.name}')`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return String(this);
  }

  [handle](): [string, SharedMemory] {
    return ['ShareableList', this.shm];
  }

  /** For `byIndex`. */
  static at(list: ShareableList, index: number): Item {
    return list.#layout.get(list.#place(index, 'index out of range'));
  }

  /** @internal */
  static setAt(list: ShareableList, index: number, item: unknown): void {
    list.#layout.set(list.#place(index, 'assignment index out of range'), checkItem(item));
  }

  #place(index: number, complaint: string): number {
    const place = index < 0 ? index + this.length : index;
    if (place >= 0 && place < this.length) return place;
    throw new ValueError('ERR_INDEX_RANGE', complaint);
  }
}

registerHandle('ShareableList', (shm) => new ShareableList(null, { shm: shm as SharedMemory }));

const INDEX = /^-?(?:0|[1-9]\d*)$/;

/** A list looks up what is no index in itself: its private fields are not the proxy's. */
const byIndex: ProxyHandler<ShareableList> = {
  get(list, key) {
    if (typeof key === 'string' && INDEX.test(key)) return ShareableList.at(list, Number(key));
    const value: unknown = Reflect.get(list, key, list);
    return typeof value === 'function' && key !== 'constructor' ? (value.bind(list) as unknown) : value;
  },
  set(list, key, item) {
    if (typeof key === 'string' && INDEX.test(key)) ShareableList.setAt(list, Number(key), item);
    else throw new ValueError('ERR_INDEX_RANGE', `a ShareableList has no item '${String(key)}'`);
    return true;
  },
};

function isSame(a: Item, b: Item): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  // 1 and 1n are the same number, as in Python.
  if (typeof a === 'bigint' && typeof b === 'number') return Number.isInteger(b) && a === BigInt(b);
  return typeof a === 'number' && typeof b === 'bigint' ? isSame(b, a) : a === b;
}

function checkItems(items: unknown): Item[] {
  if (typeof items === 'object' && items !== null && Symbol.iterator in items)
    return [...(items as Iterable<unknown>)].map(checkItem);
  throw new ArgumentTypeError('ERR_ITEM_TYPE', `items: ${expected('an iterable of items', items)}`);
}
