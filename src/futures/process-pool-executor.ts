import type { Context } from '../context/context.js';
import { BrokenProcessPool } from '../errors.js';
import { defaultWorkers } from '../pool/cpu-share.js';
import { Process } from '../process/process.js';
import { Executor } from './executor.js';
import { openWorkers, type WorkerOptions } from './workers.js';

/** How the processes are made. */
export interface ProcessPoolExecutorOptions<Init extends readonly unknown[]> extends WorkerOptions<Init> {
  /** The start method of the workers, as the context of it; the default one unless given. */
  readonly mpContext?: Pick<Context, 'Process'> | undefined;
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
  /**
   * @param maxWorkers how many workers at most; `cpuCount()` unless given
   * @throws {ValueError} ERR_MAX_WORKERS, ERR_POOL_MAX_TASKS
   * @throws {TypeError} ERR_POOL_INITIALIZER
   */
  constructor(maxWorkers: number = defaultWorkers(), options: ProcessPoolExecutorOptions<Init> = {}) {
    const { mpContext, ...rest } = options;
    super(openWorkers(mpContext?.Process ?? Process, maxWorkers, rest));
  }

  /** Ends the workers at once, by SIGTERM: what is not done breaks, and nothing can be submitted any more. */
  terminateWorkers(): void {
    this.engine.fail(new BrokenProcessPool('ERR_BROKEN_PROCESS_POOL', 'the workers have been terminated'));
  }

  /** Like `terminateWorkers`, by SIGKILL. */
  killWorkers(): void {
    this.engine.fail(new BrokenProcessPool('ERR_BROKEN_PROCESS_POOL', 'the workers have been killed'), 0);
  }

  protected brokenBy(why: string, cause: unknown): BrokenProcessPool {
    return new BrokenProcessPool('ERR_BROKEN_PROCESS_POOL', `the process pool is broken: ${why}`, { cause });
  }
}
