import { ArgumentTypeError, BrokenExecutor, expected, RuntimeError, WorkerCrashedError } from '../errors.js';
import type { Engine } from '../pool/engine.js';
import type { Receiver } from '../pool/errand.js';
import { Input, type Items } from '../pool/input.js';
import { closeWhenDropped, engineOf, type Opened } from '../pool/open.js';
import { checkBuffersize, checkChunksize } from '../pool/options.js';
import { APPLY, STARSTREAM, STREAM } from '../pool/share.js';
import { ResultStream, type Results } from '../pool/stream.js';
import type { Yielded } from '../pool/yields.js';
import { patience } from '../sync/options.js';
import { Future } from './future.js';
import { zip } from './zip.js';

/** How an input is cut into tasks. */
export interface ExecutorMapOptions {
  /** Milliseconds from the call of `map` within which the results have to be there; for ever unless given. */
  readonly timeout?: number | undefined;
  /** How many items go to a worker at a time; 1 unless given. */
  readonly chunksize?: number | undefined;
  /** How many items at most are under way or done and not yet asked for; 10,000 unless given. */
  readonly buffersize?: number | undefined;
}

/** What happens to the calls that have not begun. */
export interface ShutdownOptions {
  /** Whether to resolve only when all calls are done and all workers have ended; true unless given. */
  readonly wait?: boolean | undefined;
  /** Whether to cancel the calls that have not begun. */
  readonly cancelFutures?: boolean | undefined;
}

// Of an input that may never end, so many items are read ahead.
const AHEAD = 10_000;

/**
 * What all executors have in common: calls in, futures out. What makes the calls is an engine of the pool.
 *
 * @example
 * async function squares(executor: Executor): Promise<number[]> {
 *   const found: number[] = [];
 *   for await (const square of executor.map((n: number) => n * n, [1, 2, 3])) found.push(square);
 *   return found;
 * }
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor
 */
export abstract class Executor {
  readonly #opened: Opened;
  readonly #futures = new Set<Future<unknown>>();
  #isShutDown = false;
  #broken: BrokenExecutor | undefined;

  /** For those who extend it: over an engine that is open. */
  constructor(opened: Opened) {
    this.#opened = opened;
    closeWhenDropped(this, opened);
  }

  /** @throws {AssertionError} ERR_POOL_FOREIGN */
  protected get engine(): Engine {
    return engineOf(this.#opened);
  }

  /** The error of a call that has died with its worker, or of all calls when no worker can work. */
  protected abstract brokenBy(why: string, cause: unknown): BrokenExecutor;

  /**
   * Has a function called with these arguments.
   *
   * @throws {RuntimeError} ERR_EXECUTOR_SHUT_DOWN
   * @throws {TypeError} ERR_EXECUTOR_TARGET
   */
  submit<Args extends readonly unknown[], R>(target: (...args: Args) => R, ...args: Args): Future<Awaited<R>> {
    this.#check(target);
    const engine = this.engine;
    const future = new Future<Awaited<R>>();
    this.#futures.add(future);
    const receiver: Receiver = {
      done: (value) => {
        this.#futures.delete(future);
        future.setResult(value as Awaited<R>);
      },
      failed: (error) => {
        this.#futures.delete(future);
        if (error !== CANCELLED) future.setException(this.#explain(error));
      },
    };
    try {
      const job = engine.jobOf(target);
      const errand = engine.submit({
        job,
        kind: APPLY,
        message: args,
        receiver,
        options: {},
        first: 0,
        group: undefined,
      });
      if (errand) {
        const cancel = (): boolean => engine.cancelQueued(errand, CANCELLED);
        Future.bind(future, { cancel, isRunning: () => engine.isRunning(errand) });
      }
    } catch (error) {
      receiver.failed(error); // as in CPython, what cannot travel fails its own future
    }
    return future;
  }

  /**
   * Calls a function with the items of an input, or of several side by side, and gives the results in their order. The
   * calls are made at once, not as the results are asked for; leaving the loop cancels what is under way.
   *
   * @example
   * for await (const power of executor.map(Math.pow, [2, 3], [5, 2])) console.log(power); // 32, 9
   *
   * @throws {RuntimeError} ERR_EXECUTOR_SHUT_DOWN
   * @throws {ValueError} ERR_CHUNKSIZE, ERR_BUFFERSIZE
   */
  map<A, R>(target: (a: A) => R, items: Items<A>, options?: ExecutorMapOptions): Mapped<R>;
  map<A, B, R>(target: (a: A, b: B) => R, a: Items<A>, b: Items<B>, options?: ExecutorMapOptions): Mapped<R>;
  map<A, B, C, R>(
    target: (a: A, b: B, c: C) => R,
    a: Items<A>,
    b: Items<B>,
    c: Items<C>,
    options?: ExecutorMapOptions,
  ): Mapped<R>;
  map<R>(target: (...args: never[]) => R, ...rest: unknown[]): Mapped<R> {
    this.#check(target);
    const last = rest.at(-1);
    const hasOptions = rest.length > 1 && isOptions(last);
    const inputs = (hasOptions ? rest.slice(0, -1) : rest) as Items<unknown>[];
    const {
      timeout,
      chunksize = 1,
      buffersize = Math.max(AHEAD, chunksize),
    }: ExecutorMapOptions = hasOptions ? last : {};
    checkChunksize(chunksize);
    checkBuffersize(buffersize);
    const deadline = performance.now() + patience({ timeout });
    const input = new Input(inputs.length === 1 ? inputs[0]! : zip(inputs));
    const kind = inputs.length === 1 ? STREAM : STARSTREAM;
    const settings = { chunksize, buffersize };
    return this.#inTime(new ResultStream<Yielded<R>>(this.engine, target, input, settings, kind), deadline);
  }

  /** Takes no more calls, and ends the workers when those that it has are done. */
  async shutdown({ wait = true, cancelFutures = false }: ShutdownOptions = {}): Promise<void> {
    this.#isShutDown = true;
    if (cancelFutures) for (const future of this.#futures) future.cancel();
    void this.engine.close();
    if (wait) await this.engine.ended();
  }

  /** As CPython's `with`: shuts down, and waits for all calls. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #check(target: unknown): void {
    const refuse = (why: string): never => {
      throw new RuntimeError('ERR_EXECUTOR_SHUT_DOWN', `cannot schedule new futures after ${why}`);
    };
    if (Reflect.get(process, '_exiting')) refuse('interpreter shutdown');
    if (this.#isShutDown) refuse('shutdown');
    if (typeof target !== 'function')
      throw new ArgumentTypeError('ERR_EXECUTOR_TARGET', `target: ${expected('a function', target)}`);
    if (this.engine.isBroken) throw this.#explain(undefined);
  }

  /** What an error of the engine means to the one who waits for a future. */
  #explain(error: unknown): unknown {
    const { engine } = this;
    if (engine.isBroken) return (this.#broken ??= this.#asBroken(error ?? engine.failure));
    return error instanceof WorkerCrashedError ? this.#asBroken(error) : error;
  }

  #asBroken(cause: unknown): BrokenExecutor {
    if (cause instanceof BrokenExecutor) return cause;
    return this.brokenBy(cause instanceof Error ? cause.message : String(cause), cause);
  }

  #inTime<R>(results: Results<R>, deadline: number): AsyncIterableIterator<R> {
    const next = async (): Promise<IteratorResult<R, undefined>> => {
      const left = deadline - performance.now();
      try {
        return await results.next(deadline === Infinity ? {} : { timeout: Math.max(0, left) });
      } catch (error) {
        throw this.#explain(error);
      }
    };
    const iterator: AsyncIterableIterator<R> = {
      next,
      return: () => results.return(),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

type Mapped<R> = AsyncIterableIterator<Yielded<R>>;

/** The reason with which a call is cancelled by its own future, which knows it. */
const CANCELLED = Symbol('cancelled');

function isOptions(value: unknown): value is ExecutorMapOptions {
  if (value === undefined) return true;
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value || Symbol.asyncIterator in value);
}
