import type { Readable } from 'node:stream';
import { ArgumentTypeError, expected, NotImplementedError, ProcessError, ValueError } from '../errors.js';
import { handle } from '../memory/handle.js';
import { Process } from '../process/process.js';
import { AsyncResult, Delivery } from './async-result.js';
import { callSite, showingCaller } from './call-site.js';
import { quietly } from './callback.js';
import { defaultWorkers } from './cpu-share.js';
import type { Engine } from './engine.js';
import type { Receiver, TaskOptions } from './errand.js';
import { Input, type Items } from './input.js';
import { Mapping } from './mapping.js';
import { closeWhenDropped, engineOf, openEngine, type Opened } from './open.js';
import {
  checkBuffersize,
  checkCall,
  checkChunksize,
  checkPoolOptions,
  type Callbacks,
  type ImapOptions,
  type MapOptions,
  type PoolOptions,
} from './options.js';
import { APPLY, MAP, STARMAP, STREAM } from './share.js';
import type { PoolStats } from './stats.js';
import { ResultStream, type Results } from './stream.js';
import type { Yielded } from './yields.js';

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

  readonly #opened: Opened;
  #state: 'running' | 'closed' | 'terminated' = 'running';

  /**
   * @param processes how many workers; `cpuCount()` unless given, and in a worker of another pool its part of them
   * @throws {ValueError} ERR_POOL_PROCESSES, ERR_POOL_MAX_TASKS, ERR_POOL_OPTION
   * @throws {TypeError} ERR_POOL_INITIALIZER
   */
  constructor(processes: number = defaultWorkers(), options: PoolOptions<Init> = {}) {
    checkPoolOptions(processes, options as PoolOptions<never>);
    this.#opened = openEngine(new.target.workerType, processes, options as PoolOptions<readonly unknown[]>);
    closeWhenDropped(this, this.#opened);
  }

  /**
   * Calls a function in a worker, and resolves with its result.
   *
   * @throws {ValueError} ERR_POOL_NOT_RUNNING
   * @throws {PicklingError} the function or an argument cannot travel
   * @throws {WorkerCrashedError} ERR_WORKER_CRASHED: the worker died with the task in hand
   * @throws {TimeoutError} ERR_TASK_TIMEOUT: the function has taken longer than `timeout` milliseconds
   */
  async apply<Args extends readonly unknown[], R>(
    target: (...args: Args) => R,
    args?: Args,
    options: TaskOptions = NO_OPTIONS,
  ): Promise<Awaited<R>> {
    checkCall(this.#state, target, options);
    return showingCaller(
      new Promise<Awaited<R>>((resolve, reject) => {
        this.#submit(target, args, options, { done: (value) => resolve(value as Awaited<R>), failed: reject });
      }),
    );
  }

  /** Like `apply`, and gives at once a result that can be asked whether it is there. */
  applyAsync<Args extends readonly unknown[], R>(
    target: (...args: Args) => R,
    args?: Args,
    options: TaskOptions & Callbacks<Awaited<R>> = NO_OPTIONS,
  ): AsyncResult<Awaited<R>> {
    checkCall(this.#state, target, options);
    const result = new AsyncResult<Awaited<R>>();
    this.#submit(target, args, options, new Delivery(result, options, callSite()));
    return result;
  }

  /**
   * Calls a function with each item, in the workers. Resolves with the results in the order of the items, once all of them
   * are there; if some failed, rejects then with the first error.
   *
   * @throws {ValueError} ERR_POOL_NOT_RUNNING, ERR_CHUNKSIZE
   * @throws {PicklingError} the function or an item cannot travel
   */
  async map<T, R>(target: (item: T) => R, items: Items<T>, options: MapOptions = NO_OPTIONS): Promise<Awaited<R>[]> {
    return showingCaller(this.#mapping<R>(target, MAP, items, options));
  }

  /** Like `map`, and gives at once a result that can be asked whether it is there. */
  mapAsync<T, R>(
    target: (item: T) => R,
    items: Items<T>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapAsync<R>(target, MAP, items, options);
  }

  /**
   * Like `map`, for a function of several arguments: each item is the list of them.
   *
   * @example
   * await pool.starmap(Math.pow, [[2, 5], [3, 2]]); // [32, 9]
   */
  async starmap<Args extends readonly unknown[], R>(
    target: (...args: Args) => R,
    items: Items<Args>,
    options: MapOptions = NO_OPTIONS,
  ): Promise<Awaited<R>[]> {
    return showingCaller(this.#mapping<R>(target, STARMAP, items, options));
  }

  /** Like `starmap`, and gives at once a result that can be asked whether it is there. */
  starmapAsync<Args extends readonly unknown[], R>(
    target: (...args: Args) => R,
    items: Items<Args>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapAsync<R>(target, STARMAP, items, options);
  }

  /**
   * Calls a function with each item, in the workers, and gives the results in the order of the items. The items are read as
   * the results are asked for, so they may be any number. A failed item throws in its place; the others go on. Of a
   * function that is a generator, also an async one, each value that it yields is a result; it runs no further ahead than
   * its values are asked for. Leaving the loop cancels what is under way.
   *
   * @example
   * for await (const size of pool.imap((name: string) => statSync(name).size, names)) total += size;
   *
   * @throws {ValueError} ERR_POOL_NOT_RUNNING, ERR_CHUNKSIZE, ERR_BUFFERSIZE
   */
  imap<T, R>(target: (item: T) => R, items: Items<T>, options: ImapOptions = {}): Results<Yielded<R>> {
    return this.#stream<Yielded<R>>(target, items, options, true);
  }

  /** Like `imap`, and gives the results as they come. */
  imapUnordered<T, R>(target: (item: T) => R, items: Items<T>, options: ImapOptions = {}): Results<Yielded<R>> {
    return this.#stream<Yielded<R>>(target, items, options, false);
  }

  /** What the pool has done, and is doing. */
  stats(): PoolStats {
    return this.#opened.counter.stats(this.#engine.workers, this.#engine.count());
  }

  /** What all workers write to stdout, with `stdio: 'pipe'`. */
  get stdout(): Readable | null {
    return this.#opened.house.stdout;
  }

  /** What the workers write to stderr, all together, with `stderr: 'pipe'`; null otherwise. */
  get stderr(): Readable | null {
    return this.#opened.house.stderr;
  }

  /** Takes no more tasks; the workers end when those that it has are done. */
  close(): void {
    if (this.#state !== 'running') return;
    this.#state = 'closed';
    void this.#engine.close();
  }

  /** Ends the workers at once. Tasks that are not done fail with a `ProcessError`, ERR_POOL_TERMINATED. */
  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#engine.fail(new ProcessError('ERR_POOL_TERMINATED', 'the pool has been terminated before the task was done'));
  }

  /**
   * Resolves when all workers have ended.
   *
   * @throws {ValueError} ERR_POOL_RUNNING: neither `close` nor `terminate` has been called
   */
  async join(): Promise<void> {
    if (this.#state === 'running') throw new ValueError('ERR_POOL_RUNNING', 'Pool is still running');
    await this.#engine.ended();
  }

  /** As CPython's `with`: terminates. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.terminate();
    await this.join();
  }

  get #engine(): Engine {
    return engineOf(this.#opened);
  }

  #submit(target: object, args: readonly unknown[] = [], options: TaskOptions, receiver: Receiver): void {
    if (!Array.isArray(args)) throw new ArgumentTypeError('ERR_POOL_ARGS', `args: ${expected('an array', args)}`);
    const job = this.#engine.jobOf(target);
    this.#engine.submit({ job, kind: APPLY, message: args, receiver, options, first: 0, group: undefined });
  }

  #mapAsync<R>(
    target: object,
    kind: number,
    items: Items<unknown>,
    { callback, errorCallback, ...options }: MapOptions & Callbacks<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    const result = new AsyncResult<Awaited<R>[]>();
    const delivery = new Delivery(result, { callback, errorCallback }, callSite());
    this.#mapping<R>(target, kind, items, options).then(
      (values) => quietly(() => delivery.done(values)),
      (error: unknown) => quietly(() => delivery.failed(error)),
    );
    return result;
  }

  #mapping<R>(target: object, kind: number, items: Items<unknown>, options: MapOptions): Promise<Awaited<R>[]> {
    checkCall(this.#state, target, options);
    checkChunksize(options.chunksize);
    return new Mapping(this.#engine, target, kind, new Input(items), options).promise as Promise<Awaited<R>[]>;
  }

  #stream<R>(target: object, items: Items<unknown>, options: ImapOptions, isOrdered: boolean): Results<R> {
    checkCall(this.#state, target, options);
    checkChunksize(options.chunksize);
    checkBuffersize(options.buffersize);
    return new ResultStream<R>(this.#engine, target, new Input(items), options, STREAM, isOrdered);
  }

  /** @throws {NotImplementedError} ERR_POOL_PICKLED: always; only the process that has made a pool can use it */
  [handle](): never {
    throw new NotImplementedError(
      'ERR_POOL_PICKLED',
      'pool objects cannot be passed between processes or pickled: only the process that has made a pool can use it',
    );
  }
}

const NO_OPTIONS: TaskOptions = {};
