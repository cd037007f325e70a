import { limitsOf } from '../queue/limits.js';
import { Line } from '../queue/line.js';
import type { WaitOptions } from '../sync/options.js';

/**
 * A flag for which coroutines wait.
 *
 * @example
 * const green = new Event();
 * spawn(async () => { await green.wait(); drive(); });
 * green.set();
 *
 * @see https://www.gevent.org/api/gevent.event.html#gevent.event.Event
 */
export class Event {
  readonly #waiting = new Line<true>();
  #isSet = false;

  /** Whether it is set at this moment. */
  isSet(): boolean {
    return this.#isSet;
  }

  /** As of a task: whether a wait would end at once. */
  ready(): boolean {
    return this.#isSet;
  }

  /** Lets all who wait go on, and all who come until it is cleared. */
  set(): void {
    this.#isSet = true;
    this.#waiting.resolveAll(true);
  }

  /** Takes the flag back: whoever waits from now on waits until it is set again. */
  clear(): void {
    this.#isSet = false;
  }

  /** Resolves with true when the flag is set, and with false when `timeout` milliseconds are over. */
  async wait(options?: Pick<WaitOptions, 'timeout' | 'signal'>): Promise<boolean> {
    const limits = limitsOf(options);
    if (this.#isSet || limits.timeout === 0) return this.#isSet;
    const late = new Error('late');
    return await this.#waiting
      .wait(undefined, limits, () => late)
      .catch((error: unknown) => (error === late ? false : Promise.reject(error)));
  }
}
