import { TimeoutError } from '../errors.js';
import { limitsOf } from '../queue/limits.js';
import { currentScope, Scope } from './scope.js';

/**
 * A limit for a part of a program.
 *
 * @example
 * const timeout = new Timeout(100);
 * await timeout.run(async () => {
 *   await lock.acquire();
 *   await queue.put(item);
 * });
 *
 * @see https://www.gevent.org/api/gevent.timeout.html
 */
export class Timeout {
  readonly #milliseconds: number;

  /** @throws {ValueError} ERR_TIMEOUT_NEGATIVE */
  constructor(milliseconds: number) {
    this.#milliseconds = limitsOf({ timeout: milliseconds }).timeout;
  }

  /**
   * Gives what the function returns. When the time is over, the wait of this library in which it stands throws the
   * `TimeoutError`; one that waits for something else is left alone, and its result dropped.
   *
   * @throws {TimeoutError} ERR_TIMED_OUT
   */
  async run<R>(part: () => R): Promise<Awaited<R>> {
    const scope = new Scope(currentScope()?.task);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new TimeoutError('ERR_TIMED_OUT', `it has lasted longer than ${this.#milliseconds} ms`);
        scope.interrupt(error);
        reject(error);
      }, this.#milliseconds);
    });
    try {
      return await Promise.race([scope.run(part), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * Calls a function with a limit of some milliseconds; see `Timeout`.
 *
 * @example
 * const page = await withTimeout(1000, fetchPage, url);
 *
 * @throws {TimeoutError} ERR_TIMED_OUT
 * @see https://www.gevent.org/api/gevent.timeout.html#gevent.with_timeout
 */
export async function withTimeout<Args extends readonly unknown[], R>(
  milliseconds: number,
  target: (...args: Args) => R,
  ...args: Args
): Promise<Awaited<R>> {
  return await new Timeout(milliseconds).run(() => target(...args));
}
