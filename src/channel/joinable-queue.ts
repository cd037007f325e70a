import { handle, registerHandle } from '../memory/handle.js';
import { waitAsync } from '../sync/await.js';
import { waitSync } from '../sync/wait.js';
import type { CanAbort } from './connection.js';
import { Items } from './items.js';
import { Ledger } from './ledger.js';
import { Queue } from './queue.js';
import { Store } from './store.js';

type Addresses = readonly [store: number, ledger: number];

class Parts {
  readonly store: Store;
  readonly ledger: Ledger;

  constructor([store, ledger]: Addresses) {
    this.store = new Store(store);
    this.ledger = new Ledger(ledger, this.store);
  }

  static create(maxsize: number): Parts {
    return new Parts([Store.create(Items.limitOf(maxsize)).address, Ledger.create()]);
  }
}

/**
 * A queue that knows when everything that was put has been dealt with: each consumer says `taskDone` for each item that it
 * got, and `join` waits until that has happened for all of them.
 *
 * @example
 * const queue = new JoinableQueue<string>();
 * const work = async () => {
 *   for await (const url of queue) {
 *     await visit(url);
 *     queue.taskDone();
 *   }
 * };
 * await new Process({ target: work, daemon: true }).start();
 * for (const url of urls) await queue.put(url);
 * await queue.join(); // all visited
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.JoinableQueue
 */
export class JoinableQueue<T = unknown> extends Queue<T> {
  readonly #store: Store;
  readonly #ledger: Ledger;

  /**
   * @param maxsize how many items it holds at most; 0 or less: any number, as far as memory goes
   * @throws {TypeError} ERR_QUEUE_MAXSIZE
   */
  constructor(maxsize: number | Parts = 0) {
    const parts = maxsize instanceof Parts ? maxsize : Parts.create(maxsize);
    super(new Items(parts.store, parts.ledger));
    this.#store = parts.store;
    this.#ledger = parts.ledger;
  }

  /**
   * Says that one item that was got has been dealt with. It is for the process to say that got it: should that die before,
   * `join` learns of it.
   *
   * @throws {ValueError} ERR_TASK_DONE: said more often than items were put
   */
  taskDone(): void {
    this.#ledger.report();
  }

  /**
   * Waits until each item that was put has been reported by `taskDone`.
   *
   * @throws {ProcessError} ERR_ITEMS_LOST: processes died with items that they had got and not reported. Told once; those
   *   items then count as done
   */
  async join({ signal }: CanAbort = {}): Promise<void> {
    await waitAsync(this.#ledger.finished, { signal });
  }

  /** Like `join`, and blocks the calling thread. */
  joinSync(): void {
    waitSync(this.#ledger.finished);
  }

  override [handle](): [string, unknown] {
    super[handle](); // which mentions the store
    return ['JoinableQueue', [this.#store.address, this.#ledger.travel()]];
  }
}

registerHandle('JoinableQueue', (addresses) => new JoinableQueue(new Parts(addresses as Addresses)));
