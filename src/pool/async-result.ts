import { TimeoutError, ValueError } from '../errors.js';
import { patience, type WaitOptions } from '../sync/options.js';
import { withCallSite, type CallSite } from './call-site.js';
import type { Receiver } from './errand.js';
import type { Callbacks } from './options.js';

/**
 * The result of a task that is under way. It can be awaited like a promise.
 *
 * @example
 * const result = pool.applyAsync(square, [4]);
 * await result; // 16, or await result.get({ timeout: 1000 })
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.AsyncResult
 */
export class AsyncResult<T> implements PromiseLike<T> {
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  /** Made when somebody asks for it: many tasks are asked for, and few of them waited for one by one. */
  #promise: Promise<T> | undefined;
  #settle: (() => void) | undefined;

  /** @internal */
  static settle<T>(result: AsyncResult<T>, outcome: { readonly value: T } | { readonly error: unknown }): void {
    result.#outcome = outcome;
    result.#settle?.();
  }

  /**
   * The task's result, or its error.
   *
   * @throws {TimeoutError} ERR_TIMED_OUT: no result within `timeout` milliseconds; the task goes on
   */
  async get(options: Pick<WaitOptions, 'timeout'> = {}): Promise<T> {
    await this.wait(options);
    if (!this.#outcome) throw new TimeoutError('ERR_TIMED_OUT', `no result within ${options.timeout} ms`);
    return this.#asPromise();
  }

  /** Waits until there is a result, or `timeout` milliseconds are over. */
  async wait(options: Pick<WaitOptions, 'timeout'> = {}): Promise<void> {
    const milliseconds = patience(options);
    const settled = this.#asPromise().then(ignore, ignore);
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
    return this.#outcome !== undefined;
  }

  /** @throws {ValueError} ERR_RESULT_NOT_READY */
  successful(): boolean {
    if (!this.#outcome) throw new ValueError('ERR_RESULT_NOT_READY', 'the result is not ready');
    return 'value' in this.#outcome;
  }

  /** For `await`: gives the result, or throws the error. */
  // oxlint-disable-next-line unicorn/no-thenable -- it is there to be awaited
  then<A = T, B = never>(
    onDone?: ((value: T) => A | PromiseLike<A>) | null,
    onFailed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#asPromise().then(onDone, onFailed);
  }

  #asPromise(): Promise<T> {
    this.#promise ??= new Promise((resolve, reject) => {
      const settle = (): void => {
        if ('value' in this.#outcome!) resolve(this.#outcome.value);
        else reject(this.#outcome!.error);
      };
      if (this.#outcome) settle();
      else this.#settle = settle;
    });
    return this.#promise;
  }
}

function ignore(): void {}

/** Delivers what comes of a task; an error shows where the task was asked for. */
export class Delivery<T> implements Receiver {
  readonly #result: AsyncResult<T>;
  readonly #callbacks: Callbacks<T>;
  readonly #site: CallSite;

  constructor(result: AsyncResult<T>, callbacks: Callbacks<T>, site: CallSite) {
    this.#result = result;
    this.#callbacks = callbacks;
    this.#site = site;
  }

  done(value: unknown): void {
    AsyncResult.settle(this.#result, { value: value as T });
    this.#callbacks.callback?.(value as T);
  }

  failed(cause: unknown): void {
    const error = withCallSite(cause, this.#site);
    AsyncResult.settle(this.#result, { error });
    this.#callbacks.errorCallback?.(error);
  }
}
