import type { Context } from '../context/context.js';
import { BrokenProcessPool, expected, ValueError, WorkerCrashedError } from '../errors.js';
import { defaultWorkers } from '../pool/cpu-share.js';
import { openEngine } from '../pool/open.js';
import { checkPoolOptions } from '../pool/options.js';
import { Process } from '../process/process.js';
import { Executor } from './executor.js';

export interface ProcessPoolExecutorOptions<Init extends readonly unknown[]> {
  /** The start method of the workers, as the context of it; the default one unless given. */
  readonly mpContext?: Pick<Context, 'Process'> | undefined;
  /** Called in each worker before its first call. Should it fail, the executor is broken. */
  readonly initializer?: ((...args: Init) => unknown) | undefined;
  readonly initargs?: Init | undefined;
  /** How many calls a worker makes before a fresh one takes its place. */
  readonly maxTasksPerChild?: number | undefined;
}

/**
 * Calls functions in worker processes, which are started when there is work for them. A worker that dies breaks the future
 * of the call that it was making, and no other: it is replaced, and the executor goes on.
 *
 * @example
 * await using executor = new ProcessPoolExecutor(4);
 * const future = executor.submit(Math.pow, 2, 8);
 * console.log(await future.result()); // 256
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor
 */
export class ProcessPoolExecutor<Init extends readonly unknown[] = readonly unknown[]> extends Executor {
  #broken: BrokenProcessPool | undefined;

  /**
   * @param maxWorkers how many workers at most; `cpuCount()` unless given
   * @throws {ValueError} ERR_MAX_WORKERS, ERR_POOL_MAX_TASKS
   * @throws {TypeError} ERR_POOL_INITIALIZER
   */
  constructor(maxWorkers: number = defaultWorkers(), options: ProcessPoolExecutorOptions<Init> = {}) {
    if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
      const message = `maxWorkers must be greater than 0: ${expected('a whole number', maxWorkers)}`;
      throw new ValueError('ERR_MAX_WORKERS', message);
    }
    const { mpContext, initializer, initargs, maxTasksPerChild } = options;
    const poolOptions = {
      initializer: initializer as never,
      initargs,
      maxTasksPerChild,
      lazy: true,
    };
    checkPoolOptions(maxWorkers, poolOptions as never);
    super(openEngine(mpContext?.Process ?? Process, maxWorkers, poolOptions));
  }

  /** Ends the workers at once, by SIGTERM: what is not done breaks, and nothing can be submitted any more. */
  terminateWorkers(): void {
    this.engine.fail(new BrokenProcessPool('ERR_BROKEN_PROCESS_POOL', 'the workers have been terminated'));
  }

  /** Like `terminateWorkers`, by SIGKILL. */
  killWorkers(): void {
    this.engine.fail(new BrokenProcessPool('ERR_BROKEN_PROCESS_POOL', 'the workers have been killed'), 0);
  }

  protected explain(error: unknown, isBroken: boolean): unknown {
    if (isBroken) return (this.#broken ??= asBroken(error ?? this.engine.failure, 'the process pool is broken'));
    return error instanceof WorkerCrashedError
      ? asBroken(error, 'a process in the process pool was terminated abruptly')
      : error;
  }
}

function asBroken(cause: unknown, what: string): BrokenProcessPool {
  if (cause instanceof BrokenProcessPool) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BrokenProcessPool('ERR_BROKEN_PROCESS_POOL', `${what}: ${why}`, { cause });
}
