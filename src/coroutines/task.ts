import { inspect } from 'node:util';
import { ArgumentTypeError, CancelledError, expected, RuntimeError, TimeoutError } from '../errors.js';
import { limitsOf } from '../queue/limits.js';
import { Line } from '../queue/line.js';
import type { WaitOptions } from '../sync/options.js';
import { handOn } from '../sync/left.js';
import { asOwner, currentOwner } from '../sync/owner.js';
import { currentScope, Scope } from './scope.js';

type Limit = Pick<WaitOptions, 'timeout' | 'signal'>;
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

let made = 0;

/**
 * A coroutine that runs by itself: an async function, and how it ended. It can be awaited, which gives what the function
 * returns or throws what it throws.
 *
 * @example
 * const task = spawn(fetchPage, 'https://example.org');
 * await task.join({ timeout: 1000 });
 * if (!task.ready()) task.kill();
 *
 * @see https://www.gevent.org/api/gevent.greenlet.html
 */
export class Task<T = unknown> implements PromiseLike<T> {
  /** `Task-1`, with the name of the function behind it. */
  readonly name: string;
  readonly #scope: Scope = new Scope(this);
  readonly #waiting = new Line<void>();
  #outcome: Outcome<T> | undefined;
  readonly #callbacks: (() => boolean)[] = [];
  /** Whether somebody will see how it ends. */
  #isWatched = false;
  #killedBy: { readonly reason: unknown } | undefined;

  /** For `spawn`, and for those that start coroutines when there is a `place` for them. */
  constructor(target: () => T | PromiseLike<T>, name: string, place?: () => Promise<Disposable>) {
    if (typeof target !== 'function') throw new ArgumentTypeError('ERR_TARGET', expected('a function', target));
    this.name = `Task-${++made}${name === '' ? '' : ` (${name})`}`;
    void this.#scope.runApart(() => asOwner(() => this.#run(target, place)));
  }

  /** What the function returned; undefined until then, and if it failed. */
  get value(): T | undefined {
    return this.#outcome && 'value' in this.#outcome ? this.#outcome.value : undefined;
  }

  /** What the function threw; undefined until then, and if it did not. */
  get exception(): unknown {
    return this.#outcome && 'error' in this.#outcome ? this.#outcome.error : undefined;
  }

  /** Aborted when the coroutine is killed: `fetch(url, { signal: currentTask()?.signal })`. */
  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  /** Whether it has ended. */
  ready(): boolean {
    return this.#outcome !== undefined;
  }

  /** Whether it has ended because it was killed. */
  killed(): boolean {
    return this.#killedBy !== undefined && this.#outcome !== undefined && this.exception === this.#killedBy.reason;
  }

  /** Whether it has ended by returning. */
  successful(): boolean {
    return this.#outcome !== undefined && 'value' in this.#outcome;
  }

  /**
   * Waits until it has ended, however that was; for at most `timeout` milliseconds, and resolves then as well.
   *
   * @throws {RuntimeError} ERR_TASK_JOINS_ITSELF
   * @throws {ValueError} ERR_TIMEOUT_NEGATIVE
   */
  async join(options?: Limit): Promise<void> {
    const limits = limitsOf(options);
    if (currentScope()?.task === (this as Task)) {
      throw new RuntimeError('ERR_TASK_JOINS_ITSELF', `'${this.name}' would wait for its own end`);
    }
    if (this.#outcome || limits.timeout === 0) return;
    const late = new Error('late');
    await this.#waiting
      .wait(undefined, limits, () => late)
      .catch((error: unknown) => (error === late ? undefined : Promise.reject(error)));
  }

  /**
   * What the function returns.
   *
   * @throws what the function throws
   * @throws {CancelledError} ERR_TASK_KILLED
   * @throws {TimeoutError} ERR_TIMED_OUT: it has not ended within `timeout` milliseconds
   */
  async get(options?: Limit): Promise<T> {
    this.#isWatched = true;
    await this.join(options);
    if (!this.#outcome) throw new TimeoutError('ERR_TIMED_OUT', `'${this.name}' has not ended in time`);
    if ('error' in this.#outcome) throw this.#outcome.error;
    return this.#outcome.value;
  }

  /** For `await`: as `get` without a limit. */
  // oxlint-disable-next-line unicorn/no-thenable -- a task is to be awaited
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.get().then(onValue, onError);
  }

  /**
   * Ends it: the wait of this library in which it stands throws a `CancelledError` (or `reason`), or the next one if it
   * waits for something else; `using` and `finally` give back what it holds, and a lock that it leaves
   * is handed on to the next one with an `OwnerDiedError`. One that has not begun never will.
   * To kill it again changes nothing.
   */
  kill(reason: unknown = new CancelledError('ERR_TASK_KILLED', `'${this.name}' was killed`)): void {
    if (this.#outcome) return;
    this.#killedBy ??= { reason };
    this.#scope.interrupt(this.#killedBy.reason);
  }

  /** Kills it and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isWatched = true;
    this.kill();
    await this.join();
  }

  async #run(target: () => T | PromiseLike<T>, place?: () => Promise<Disposable>): Promise<void> {
    try {
      await Promise.resolve(); // the one who spawned it goes on first
      using _held = await place?.();
      this.#scope.deliver();
      this.#outcome = { value: await target() };
    } catch (error) {
      this.#outcome = { error };
    }
    handOn(currentOwner(), 'error' in this.#outcome);
    for (const callback of this.#callbacks) if (callback()) this.#isWatched = true;
    this.#waiting.resolveAll();
    // Whoever waits has its turn first, and may say that it has seen the error.
    queueMicrotask(() => this.#isWatched || this.report());
  }

  /** For those who keep tasks: called when it has ended; says whether it has taken care of the outcome. */
  onEnd(callback: () => boolean): void {
    this.#callbacks.push(callback);
  }

  /** Writes an error that nobody waits for to stderr. */
  report(): void {
    if (this.successful() || this.killed()) return;
    process.stderr.write(`Exception in coroutine ${this.name}:\n${inspect(this.exception)}\n`);
  }
}

/**
 * Runs a function as a coroutine of its own, from the next turn on; an RLock that it acquires is its own. An error that nobody waits for is written to stderr.
 *
 * @example
 * const tasks = urls.map((url) => spawn(fetchPage, url));
 * await joinAll(tasks);
 * console.log(tasks.map((task) => task.value));
 *
 * @throws {TypeError} ERR_TARGET
 * @see https://www.gevent.org/api/gevent.html#gevent.spawn
 */
export function spawn<Args extends readonly unknown[], R>(
  target: (...args: Args) => R,
  ...args: Args
): Task<Awaited<R>> {
  return new Task(bind(target, args), target.name);
}

export function bind<Args extends readonly unknown[], R>(target: (...args: Args) => R, args: Args): () => Awaited<R> {
  if (typeof target !== 'function') throw new ArgumentTypeError('ERR_TARGET', expected('a function', target));
  return () => target(...args) as Awaited<R>;
}

/**
 * The coroutine in which it is called; undefined outside of any.
 *
 * @example
 * currentTask()?.name;
 *
 * @see https://www.gevent.org/api/gevent.html#gevent.getcurrent
 */
export function currentTask(): Task | undefined {
  return currentScope()?.task;
}
