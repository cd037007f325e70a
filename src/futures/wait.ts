import { ArgumentTypeError, expected, TimeoutError, ValueError } from '../errors.js';
import { patience, type WaitOptions } from '../sync/options.js';
import { Future } from './future.js';

/** What `wait` waits for. */
export const FIRST_COMPLETED = 'FIRST_COMPLETED';
/** For `wait`: until one has failed, or all have ended. */
export const FIRST_EXCEPTION = 'FIRST_EXCEPTION';
/** For `wait`: until all have ended. */
export const ALL_COMPLETED = 'ALL_COMPLETED';

/** What to wait for, and how long. */
export interface FuturesWaitOptions extends Pick<WaitOptions, 'timeout'> {
  /** ALL_COMPLETED unless given. */
  readonly returnWhen?: typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED | undefined;
}

/** What `wait` has found. */
export interface DoneAndNotDone<T> {
  /** Those that have a result or an error, or were cancelled. */
  readonly done: Set<Future<T>>;
  /** The others. */
  readonly notDone: Set<Future<T>>;
}

/**
 * Waits for futures: until all of them are done, the first one, or the first one that fails; for at most `timeout`
 * milliseconds, and resolves then as well.
 *
 * @example
 * const { done, notDone } = await wait(futures, { returnWhen: FIRST_COMPLETED });
 *
 * @throws {ValueError} ERR_RETURN_WHEN
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.wait
 */
export async function wait<T>(
  futures: Iterable<Future<T>>,
  { timeout, returnWhen = ALL_COMPLETED }: FuturesWaitOptions = {},
): Promise<DoneAndNotDone<T>> {
  if (![FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED].includes(returnWhen)) {
    const values = 'FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED';
    throw new ValueError('ERR_RETURN_WHEN', `returnWhen: ${expected(values, returnWhen)}`);
  }
  const done = new Set<Future<T>>();
  const notDone = setOf(futures);
  const deadline = performance.now() + patience({ timeout });
  using completed = new Completed(notDone, deadline);
  for (let future = await completed.next(); future; future = await completed.next()) {
    done.add(future.it);
    if (returnWhen === FIRST_COMPLETED || (returnWhen === FIRST_EXCEPTION && Future.hasFailed(future.it))) break;
  }
  for (const future of completed.ready) done.add(future);
  for (const future of done) notDone.delete(future);
  return { done, notDone };
}

/** A future of `asCompleted`. Its type has no `then`: for TypeScript `for await` would otherwise give the result. */
export type CompletedFuture<T> = Omit<Future<T>, 'then'>;

/**
 * Gives futures as they are done, those that are already first; each once.
 *
 * @example
 * for await (const future of asCompleted(futures)) console.log(await future.result());
 *
 * @throws {TimeoutError} ERR_TIMED_OUT: not all were done within `timeout` milliseconds from the call
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.as_completed
 */
export function asCompleted<T>(
  futures: Iterable<Future<T>>,
  { timeout }: Pick<WaitOptions, 'timeout'> = {},
): AsyncIterableIterator<CompletedFuture<T>, undefined> {
  const all = setOf(futures);
  const completed = new Completed(all, performance.now() + patience({ timeout }));
  // Not an async generator: that would await each future that it yields.
  const iterator: AsyncIterableIterator<CompletedFuture<T>, undefined> = {
    async next() {
      const future = await completed.next();
      if (future) return { value: future.it, done: false };
      const message = `${completed.left} (of ${all.size}) futures unfinished`;
      if (completed.left > 0) throw new TimeoutError('ERR_TIMED_OUT', message);
      return { value: undefined, done: true };
    },
    async return() {
      completed[Symbol.dispose]();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** Futures as they are done, until a deadline. */
class Completed<T> implements Disposable {
  readonly ready: Future<T>[] = [];
  /** How many have not been given. */
  left: number;
  readonly #deadline: number;
  readonly #unwatch: (() => void)[] = [];
  #wake: (() => void) | undefined;

  constructor(futures: ReadonlySet<Future<T>>, deadline: number) {
    this.left = futures.size;
    this.#deadline = deadline;
    for (const future of futures) {
      const stop = Future.watch(future, () => {
        this.ready.push(future);
        this.#wake?.();
      });
      if (stop) this.#unwatch.push(stop);
      else this.ready.push(future);
    }
  }

  /** In a box: a future that a promise resolves with would be awaited. */
  async next(): Promise<{ readonly it: Future<T> } | undefined> {
    if (this.left > 0 && this.ready.length === 0) await this.#sleep();
    const it = this.ready.shift();
    if (it === undefined) return undefined;
    this.left--;
    return { it };
  }

  [Symbol.dispose](): void {
    for (const stop of this.#unwatch) stop();
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const left = Math.max(0, Math.ceil(this.#deadline - performance.now()));
      const timer = this.#deadline === Infinity ? undefined : setTimeout(resolve, left);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function setOf<T>(futures: Iterable<Future<T>>): Set<Future<T>> {
  const all = new Set(futures);
  for (const future of all) {
    if (!(future instanceof Future))
      throw new ArgumentTypeError('ERR_FUTURES', `futures: ${expected('futures of an executor', future)}`);
  }
  return all;
}
