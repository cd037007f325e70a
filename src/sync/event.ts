import { handle, registerHandle } from '../memory/handle.js';
import { attach, mention } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { call } from '../memory/waiters.js';
import { waitAsync } from './await.js';
import type { At } from './lock-core.js';
import { patience, type SyncWaitOptions, type WaitOptions } from './options.js';
import { waitSync } from './wait.js';
import type { Waitable } from './waitable.js';

/**
 * Two words of shared memory:
 *
 *   word 0   how often it has been set << 1 | 1 while it is set
 *   word 1   line of those who wait for that
 *
 * Who waits remembers the number: it may have been set and cleared again before one comes to look.
 */
const EVENT_WORDS = 2;
const SET = 1;

/**
 * A flag that processes wait for. It starts cleared.
 *
 * @example
 * const ready = new Event();
 * const child = new Process({ target: () => ready.set() });
 * await child.start();
 * console.log(await ready.wait()); // true
 *
 * @see https://docs.python.org/3/library/threading.html#threading.Event
 */
export class Event {
  readonly #cell: Cell;
  readonly #line: Cell;

  /** A flag that is not set. */
  constructor(at?: At) {
    this.#cell = cellAt(at?.address ?? createObject(EVENT_WORDS * WORD));
    this.#line = cellAt(this.#cell.address + 1);
    attach(this, this.#cell.address);
  }

  /** Whether it is set at this moment. */
  isSet(): boolean {
    return (this.#state() & SET) !== 0;
  }

  /** Sets it, and wakes all who wait: they go on even if it is cleared right afterwards. */
  set(): void {
    const { words, index } = this.#cell;
    for (let state = this.#state(); (state & SET) === 0;) {
      const before = Atomics.compareExchange(words, index, state, (state + 2) | SET);
      if (before === state) break;
      state = before;
    }
    // Also when it was set already: whoever did that may have died before it called anybody.
    call(this.#line, Infinity);
  }

  /** Takes the flag back: whoever waits from now on waits until it is set again. */
  clear(): void {
    Atomics.and(this.#cell.words, this.#cell.index, ~SET);
  }

  /**
   * Resolves with true when the event is set, or was while the caller waited; with false when `timeout` milliseconds are
   * over.
   *
   * @throws {TypeError} ERR_TIMEOUT_VALUE, ERR_WAIT_OPTIONS
   */
  async wait(options?: Omit<WaitOptions, 'block'>): Promise<boolean> {
    const wait = { timeout: patience(options), signal: options?.signal };
    return (await waitAsync(this.#setAfter(this.#state()), wait)) === true;
  }

  /** Like `wait`, and blocks the calling thread. */
  waitSync(options?: Omit<SyncWaitOptions, 'block'>): boolean {
    return waitSync(this.#setAfter(this.#state()), patience(options)) === true;
  }

  #state(): number {
    return Atomics.load(this.#cell.words, this.#cell.index);
  }

  #setAfter(start: number): Waitable<true> {
    const attempt = (): true | undefined => {
      const state = this.#state();
      return (state & SET) !== 0 || state >> 1 !== start >> 1 ? true : undefined;
    };
    return { line: this.#line, object: this.#cell.address, cares: true, attempt };
  }

  /** As in Python: `<Event at 0x40 unset>`. */
  toString(): string {
    return `<Event at 0x${this.#cell.address.toString(16)} ${this.isSet() ? 'set' : 'unset'}>`;
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return String(this);
  }

  [handle](): [string, number] {
    mention(this, this.#cell.address);
    return ['Event', this.#cell.address];
  }
}

registerHandle('Event', (address) => new Event({ address: address as number }));
