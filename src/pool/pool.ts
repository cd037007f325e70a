import { ArgumentTypeError, expected, ValueError } from '../errors.js';
import { cpuCount } from '../process/cpu-count.js';
import { Process } from '../process/process.js';
import { AsyncResult } from './async-result.js';
import { callSite, showing, showingCaller } from './call-site.js';
import { checkChunksize, defaultChunksize, mapInBatches } from './batches.js';
import { Scheduler } from './scheduler.js';
import { APPLY } from './share.js';
import { ResultStream } from './stream.js';

export interface PoolOptions<Init extends readonly unknown[]> {
  /** Called in each worker before its first task. Should it fail, the pool fails, with its error. */
  readonly initializer?: ((...args: Init) => unknown) | undefined;
  readonly initargs?: Init | undefined;
  /** How many tasks a worker does before a fresh one takes its place; a task is an `apply`, or one chunk of a `map`. */
  readonly maxTasksPerChild?: number | undefined;
}

export interface MapOptions {
  /** How many items go to a worker at a time; for `map` a quarter of a worker's share unless given, for `imapUnordered` 1. */
  readonly chunksize?: number | undefined;
}

export interface Callbacks<R> {
  readonly callback?: ((result: R) => void) | undefined;
  readonly errorCallback?: ((error: unknown) => void) | undefined;
}

/**
 * Worker processes that run functions of this program, on every core.
 *
 * @example
 * const factor = 3;
 * await using pool = new Pool(4);
 * console.log(await pool.map((x: number) => x * factor, [1, 2, 3])); // [3, 6, 9]
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool
 */
export class Pool<Init extends readonly unknown[] = readonly unknown[]> {
  /** The class of the workers' processes, and so their start method. */
  static readonly workerType: typeof Process = Process;

  readonly #scheduler: Scheduler;
  #state: 'running' | 'closed' | 'terminated' = 'running';

  /**
   * @param processes how many workers; `cpuCount()` unless given
   * @throws {ValueError} ERR_POOL_PROCESSES, ERR_POOL_MAX_TASKS
   * @throws {TypeError} ERR_POOL_INITIALIZER
   */
  constructor(processes: number = cpuCount(), { initializer, initargs, maxTasksPerChild }: PoolOptions<Init> = {}) {
    if (!Number.isInteger(processes) || processes < 1) {
      throw new ValueError(
        'ERR_POOL_PROCESSES',
        `number of processes must be at least 1: ${expected('a whole number', processes)}`,
      );
    }
    if (maxTasksPerChild !== undefined && (!Number.isInteger(maxTasksPerChild) || maxTasksPerChild < 1)) {
      throw new ValueError(
        'ERR_POOL_MAX_TASKS',
        `maxTasksPerChild: ${expected('a whole number, 1 or more', maxTasksPerChild)}`,
      );
    }
    if (initializer !== undefined) checkFunction(initializer, 'initializer', 'ERR_POOL_INITIALIZER');
    this.#scheduler = new Scheduler({
      size: processes,
      type: new.target.workerType,
      initializer: initializer as ((...args: unknown[]) => unknown) | undefined,
      initargs: initargs ?? [],
      maxTasks: maxTasksPerChild ?? Infinity,
    });
  }

  /**
   * Calls a function in a worker, and resolves with its result.
   *
   * @throws {ValueError} ERR_POOL_NOT_RUNNING
   * @throws {PicklingError} the function or an argument cannot travel
   * @throws {WorkerCrashedError} ERR_WORKER_CRASHED: the worker died with the task in hand
   */
  async apply<Args extends readonly unknown[], R>(target: (...args: Args) => R, args?: Args): Promise<Awaited<R>> {
    return showingCaller(this.#submit(target, args));
  }

  /** Like `apply`, and gives at once a result that can be asked whether it is there. */
  applyAsync<Args extends readonly unknown[], R>(
    target: (...args: Args) => R,
    args?: Args,
    callbacks: Callbacks<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>> {
    return withCallbacks(showing(this.#submit(target, args), callSite()), callbacks);
  }

  /**
   * Calls a function with each item, in the workers. Resolves with the results in the order of the items, once all of them
   * are there; if some failed, rejects then with the first error.
   *
   * @throws {ValueError} ERR_POOL_NOT_RUNNING, ERR_CHUNKSIZE
   * @throws {PicklingError} the function or an item cannot travel
   */
  async map<T, R>(target: (item: T) => R, items: Iterable<T>, options?: MapOptions): Promise<Awaited<R>[]> {
    return showingCaller(this.#map(target, items, options));
  }

  /** Like `map`, and gives at once a result that can be asked whether it is there. */
  mapAsync<T, R>(
    target: (item: T) => R,
    items: Iterable<T>,
    { callback, errorCallback, ...options }: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return withCallbacks(showing(this.#map(target, items, options), callSite()), { callback, errorCallback });
  }

  /**
   * Calls a function with each item, in the workers, and gives the results as they come. The items are read as the results
   * are asked for, so they may be any number. A failed item throws in its place; the others go on.
   *
   * @example
   * for await (const size of pool.imapUnordered((name: string) => statSync(name).size, names)) total += size;
   *
   * @throws {ValueError} ERR_POOL_NOT_RUNNING, ERR_CHUNKSIZE
   */
  imapUnordered<T, R>(
    target: (item: T) => R,
    items: Iterable<T>,
    { chunksize = 1 }: MapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    this.#check(target);
    checkChunksize(chunksize);
    return new ResultStream<Awaited<R>>(this.#scheduler, target, items, chunksize);
  }

  /** Takes no more tasks; the workers end when those that it has are done. */
  close(): void {
    if (this.#state !== 'running') return;
    this.#state = 'closed';
    void this.#scheduler.close();
  }

  /** Ends the workers at once. Tasks that are not done fail with a `ProcessError`, ERR_POOL_TERMINATED. */
  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#scheduler.terminate();
  }

  /**
   * Resolves when all workers have ended.
   *
   * @throws {ValueError} ERR_POOL_RUNNING: neither `close` nor `terminate` has been called
   */
  async join(): Promise<void> {
    if (this.#state === 'running') throw new ValueError('ERR_POOL_RUNNING', 'Pool is still running');
    await this.#scheduler.ended();
  }

  /** As CPython's `with`: terminates. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.terminate();
    await this.join();
  }

  #submit<R>(target: object, args: readonly unknown[] = []): Promise<Awaited<R>> {
    this.#check(target);
    if (!Array.isArray(args)) throw new ArgumentTypeError('ERR_POOL_ARGS', `args: ${expected('an array', args)}`);
    const job = this.#scheduler.jobOf(target);
    return new Promise((resolve, reject) => {
      this.#scheduler.submit(job, APPLY, args, { done: resolve, failed: reject });
    });
  }

  #map<T, R>(target: (item: T) => R, items: Iterable<T>, { chunksize }: MapOptions = {}): Promise<Awaited<R>[]> {
    this.#check(target);
    checkChunksize(chunksize);
    const list = globalThis.Array.isArray(items) ? (items as readonly T[]) : [...items];
    const size = chunksize ?? defaultChunksize(list.length, Math.max(1, this.#scheduler.size));
    return mapInBatches(this.#scheduler, target, list, size) as Promise<Awaited<R>[]>;
  }

  #check(target: unknown): void {
    if (this.#state !== 'running') throw new ValueError('ERR_POOL_NOT_RUNNING', 'Pool not running');
    checkFunction(target, 'target', 'ERR_POOL_TARGET');
  }
}

function checkFunction(value: unknown, name: string, code: string): void {
  if (typeof value !== 'function') throw new ArgumentTypeError(code, `${name}: ${expected('a function', value)}`);
}

function withCallbacks<R>(promise: Promise<R>, { callback, errorCallback }: Callbacks<R>): AsyncResult<R> {
  promise.then(
    // oxlint-disable-next-line promise/no-callback-in-promise -- Python's name for it, and it is no Node callback
    (result) => callback?.(result),
    (error: unknown) => errorCallback?.(error),
  );
  return new AsyncResult(promise);
}
