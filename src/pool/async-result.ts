import { TimeoutError, ValueError } from '../errors.js';
import { patience, type WaitOptions } from '../sync/options.js';

/**
 * The result of a task that is under way. It can be awaited like a promise.
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.AsyncResult
 */
export class AsyncResult<T> implements PromiseLike<T> {
  readonly #promise: Promise<T>;
  #outcome: 'pending' | 'done' | 'failed' = 'pending';

  constructor(promise: Promise<T>) {
    this.#promise = promise;
    promise.then(
      () => (this.#outcome = 'done'),
      () => (this.#outcome = 'failed'), // it is an error in the hands of whoever asks for the result
    );
  }

  /**
   * The task's result, or its error.
   *
   * @throws {TimeoutError} ERR_TIMED_OUT: no result within `timeout` milliseconds; the task goes on
   */
  async get(options: Pick<WaitOptions, 'timeout'> = {}): Promise<T> {
    await this.wait(options);
    if (this.#outcome === 'pending') throw new TimeoutError('ERR_TIMED_OUT', `no result within ${options.timeout} ms`);
    return this.#promise;
  }

  /** Waits until there is a result, or `timeout` milliseconds are over. */
  async wait(options: Pick<WaitOptions, 'timeout'> = {}): Promise<void> {
    const milliseconds = patience(options);
    const settled = this.#promise.then(ignore, ignore);
    if (milliseconds === Infinity) return settled;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([settled, over]);
    clearTimeout(timer);
  }

  /** Whether there is a result, or an error. */
  ready(): boolean {
    return this.#outcome !== 'pending';
  }

  /** @throws {ValueError} ERR_RESULT_NOT_READY */
  successful(): boolean {
    if (this.#outcome === 'pending') throw new ValueError('ERR_RESULT_NOT_READY', 'the result is not ready');
    return this.#outcome === 'done';
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is there to be awaited
  then<A = T, B = never>(
    onDone?: ((value: T) => A | PromiseLike<A>) | null,
    onFailed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(onDone, onFailed);
  }
}

function ignore(): void {}
