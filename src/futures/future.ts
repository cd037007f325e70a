import { inspect } from 'node:util';
import { CancelledError, InvalidStateError, TimeoutError } from '../errors.js';
import { patience, type WaitOptions } from '../sync/options.js';

type Patience = Pick<WaitOptions, 'timeout'>;
type Outcome = { readonly value: unknown } | { readonly error: unknown };
type State = 'pending' | 'running' | 'cancelled' | 'finished';

/** What an executor can do about the call behind a future. */
export interface Control {
  /** Cancels the call if it has not begun; says whether it could. */
  cancel(): boolean;
  isRunning(): boolean;
}

/**
 * The result of a call that an executor makes. It can be awaited like a promise.
 *
 * @example
 * const future = executor.submit(square, 4);
 * await future; // 16, or await future.result({ timeout: 1000 })
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#future-objects
 */
export class Future<T> implements PromiseLike<T> {
  #state: State = 'pending';
  #outcome: Outcome | undefined;
  /** A cancelled call counts as done for those who wait when the executor has taken notice. */
  #isNotified = false;
  #control: Control | undefined;
  #callbacks: ((future: never) => unknown)[] = [];
  #watchers: (() => void)[] = [];
  readonly #sleepers = new Set<() => void>();

  /** Attempts to cancel the call: true when it will not run, false when it runs or has run. */
  cancel(): boolean {
    if (this.#state === 'cancelled') return true;
    if (this.#state === 'finished' || this.running()) return false;
    if (this.#control && !this.#control.cancel()) return false;
    this.#state = 'cancelled';
    if (this.#control) this.#isNotified = true;
    this.#settle({ error: new CancelledError('ERR_FUTURE_CANCELLED', 'the call was cancelled before it began') });
    return true;
  }

  /** Whether it was cancelled before it began. */
  cancelled(): boolean {
    return this.#state === 'cancelled';
  }

  /** Whether its call runs at this moment; then it cannot be cancelled. */
  running(): boolean {
    return this.#state === 'running' || (this.#state === 'pending' && this.#control?.isRunning() === true);
  }

  /** Whether it was cancelled, or has finished. */
  done(): boolean {
    return this.#outcome !== undefined;
  }

  /**
   * The result of the call, or its error.
   *
   * @throws {TimeoutError} ERR_TIMED_OUT: it was not there within `timeout` milliseconds
   * @throws {CancelledError} ERR_FUTURE_CANCELLED
   */
  async result(options: Patience = {}): Promise<T> {
    const outcome = await this.#wait(options);
    if ('error' in outcome) throw outcome.error;
    return outcome.value as T;
  }

  /**
   * The error of the call, or null when it had none.
   *
   * @throws {TimeoutError} ERR_TIMED_OUT, as `result`; and {CancelledError}
   */
  async exception(options: Patience = {}): Promise<unknown> {
    const outcome = await this.#wait(options);
    if (this.cancelled() && 'error' in outcome) throw outcome.error;
    return 'error' in outcome ? outcome.error : null;
  }

  /** Calls a function with this future when it is done; at once when it is. What it throws is told as a warning. */
  addDoneCallback(callback: (future: Future<T>) => unknown): void {
    if (this.done()) this.#call(callback);
    else this.#callbacks.push(callback);
  }

  /** For `await`: gives the result, or throws the error. */
  // oxlint-disable-next-line unicorn/no-thenable -- it is there to be awaited
  then<A = T, B = never>(
    onDone?: ((value: T) => A | PromiseLike<A>) | null,
    onFailed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(onDone, onFailed);
  }

  /**
   * For executors: says that the call begins; false when it was cancelled, and must not.
   *
   * @throws {InvalidStateError} ERR_FUTURE_STATE
   */
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === 'cancelled' && !this.#isNotified) {
      this.#isNotified = true;
      this.#tellWatchers();
      return false;
    }
    if (this.#state !== 'pending') throw this.#unexpected();
    this.#state = 'running';
    return true;
  }

  /** For executors. @throws {InvalidStateError} ERR_FUTURE_STATE: it is done already */
  setResult(value: T): void {
    if (this.done()) throw this.#unexpected();
    this.#state = 'finished';
    this.#settle({ value });
  }

  /** For executors. @throws {InvalidStateError} ERR_FUTURE_STATE: it is done already */
  setException(error: unknown): void {
    if (this.done()) throw this.#unexpected();
    this.#state = 'finished';
    this.#settle({ error });
  }

  /** As in Python: `<Future state=finished returned number>`. */
  toString(): string {
    return `<Future state=${this.#describe()}>`;
  }

  /** What `console.log` shows. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal */
  static bind<T>(future: Future<T>, control: Control): void {
    future.#control = control;
  }

  /** @internal Calls back when it counts as done for those who wait; undefined when it does already. */
  static watch(future: Future<unknown>, watcher: () => void): (() => void) | undefined {
    if (future.#isOver()) return undefined;
    future.#watchers.push(watcher);
    return () => {
      future.#watchers = future.#watchers.filter((each) => each !== watcher);
    };
  }

  /** @internal Whether it has finished with an error. */
  static hasFailed(future: Future<unknown>): boolean {
    return future.#state === 'finished' && 'error' in future.#outcome!;
  }

  #isOver(): boolean {
    return this.#state === 'finished' || (this.#state === 'cancelled' && this.#isNotified);
  }

  #settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#control = undefined; // it knows the executor, which may be dropped before its futures are
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const wake of this.#sleepers) wake();
    this.#sleepers.clear();
    if (this.#isOver()) this.#tellWatchers();
    for (const callback of callbacks) this.#call(callback);
  }

  #tellWatchers(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }

  #call(callback: (future: never) => unknown): void {
    try {
      callback(this as never);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? String(error)) : String(error);
      process.emitWarning(`exception calling callback for ${this.toString()}`, { code: 'ERR_FUTURE_CALLBACK', detail });
    }
  }

  async #wait(options: Patience): Promise<Outcome> {
    const milliseconds = patience(options);
    if (!this.#outcome && milliseconds > 0) await this.#sleep(milliseconds);
    if (this.#outcome) return this.#outcome;
    throw new TimeoutError('ERR_TIMED_OUT', `no result within ${options.timeout} ms`);
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = milliseconds === Infinity ? undefined : setTimeout(wake, milliseconds);
      this.#sleepers.add(wake);
    });
  }

  #unexpected(): InvalidStateError {
    return new InvalidStateError('ERR_FUTURE_STATE', `the future is in an unexpected state: ${this.toString()}`);
  }

  #describe(): string {
    if (this.#state !== 'finished') return this.running() ? 'running' : this.#state;
    const outcome = this.#outcome!;
    return 'error' in outcome
      ? `finished raised ${typeName(outcome.error)}`
      : `finished returned ${typeName(outcome.value)}`;
  }
}

function typeName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return value instanceof Error ? value.name : (value.constructor?.name ?? 'object');
}
