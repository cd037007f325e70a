import { availableParallelism } from 'node:os';
import type { Store, Taken } from '../channel/store.js';
import { listen } from '../memory/doorbell.js';
import { lookAgain, waitAsync } from '../sync/await.js';
import type { Waitable } from '../sync/wait.js';
import { Luck } from './luck.js';

// Results that are handled before the event loop gets its turn.
const BATCH = 2000;

// For so many milliseconds after a task was asked for, its result is looked for in each turn of the event loop: the answer
// of a small task is there before the kernel could have woken us for it.
const ALERT = availableParallelism() > 1 ? 0.06 : 0;

/** Hands the results of a store to a receiver, as they come. */
export class Inbox {
  readonly #store: Store;
  readonly #receive: (result: Taken) => void;
  readonly #results: Waitable<Taken | 'closed' | 'alert'>;
  #isClosed = false;
  /** Until when results are looked for in each turn. */
  #alertUntil = 0;
  readonly #luck = new Luck();
  #isAsleep = false;

  constructor(store: Store, receive: (result: Taken) => void) {
    this.#store = store;
    this.#receive = receive;
    this.#results = { line: store.messages, cares: false, attempt: () => this.#next() };
    listen();
    void this.#deliver();
  }

  /** Says that a result may come soon; `time` is that of `performance.now()`. */
  expect(time: number): void {
    if (ALERT === 0) return;
    if (this.#alertUntil > 0) this.#alertUntil = time + ALERT;
    else if (this.#isAsleep && this.#luck.isWorthATry()) {
      this.#alertUntil = time + ALERT;
      lookAgain(this.#results.line);
    }
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

  #next(): Taken | 'closed' | 'alert' | undefined {
    if (this.#isClosed) return 'closed';
    if (this.#alertUntil > 0) return 'alert';
    return this.#store.takeToKeep();
  }

  async #deliver(): Promise<void> {
    for (;;) {
      this.#isAsleep = true;
      const first = (await waitAsync(this.#results, { ref: false }))!;
      this.#isAsleep = false;
      if (first === 'closed') return;
      if (first === 'alert') await this.#look();
      else this.#receive(first);
      while (!this.#isClosed && !this.drain(BATCH)) await new Promise(setImmediate);
      if (this.#isClosed) return;
    }
  }

  /** Looks in each turn of the event loop, which goes on with its other work meanwhile. */
  async #look(): Promise<void> {
    let isInVain = true;
    while (performance.now() < this.#alertUntil && !this.#isClosed) {
      await new Promise(setImmediate);
      if (this.#isClosed || this.#store.size === 0) continue;
      isInVain = false;
      if (!this.drain(BATCH)) this.#alertUntil = performance.now() + ALERT;
    }
    this.#alertUntil = 0;
    this.#luck.had(!isInVain);
  }
}
