import type { Store, Taken } from '../channel/store.js';
import { listen } from '../memory/doorbell.js';
import { lookAgain, waitAsync } from '../sync/await.js';
import type { Waitable } from '../sync/wait.js';

// Results that are handled before the event loop gets its turn.
const BATCH = 2000;

/** Hands the results of a store to a receiver, as they come. */
export class Inbox {
  readonly #store: Store;
  readonly #receive: (result: Taken) => void;
  readonly #results: Waitable<Taken | 'closed'>;
  #isClosed = false;

  constructor(store: Store, receive: (result: Taken) => void) {
    this.#store = store;
    this.#receive = receive;
    const attempt = (): Taken | 'closed' | undefined => (this.#isClosed ? 'closed' : store.takeToKeep());
    this.#results = { line: store.messages, cares: false, attempt };
    listen();
    void this.#deliver();
  }

  /** Receives what is there, up to a number; says whether nothing is left. */
  drain(limit = Infinity): boolean {
    for (let count = 0; count < limit; count++) {
      const result = this.#store.take();
      if (result === undefined) return true;
      this.#receive(result);
    }
    return false;
  }

  close(): void {
    this.#isClosed = true;
    lookAgain(this.#results.line);
  }

  async #deliver(): Promise<void> {
    for (;;) {
      const first = (await waitAsync(this.#results, { ref: false }))!;
      if (first === 'closed') return;
      this.#receive(first);
      while (!this.#isClosed && !this.drain(BATCH)) await new Promise(setImmediate);
      if (this.#isClosed) return;
    }
  }
}
