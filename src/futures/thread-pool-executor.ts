import { ArgumentTypeError, BrokenThreadPool, expected } from '../errors.js';
import { cpuCount } from '../process/cpu-count.js';
import { ThreadProcess } from '../process/method-classes.js';
import { Executor } from './executor.js';
import { openWorkers, type WorkerOptions } from './workers.js';

/** How the threads are made. */
export interface ThreadPoolExecutorOptions<Init extends readonly unknown[]> extends Omit<
  WorkerOptions<Init>,
  'maxTasksPerChild'
> {
  /** The threads are named after it, PREFIX_0 and so on; 'ThreadPoolExecutor-N' unless given. */
  readonly threadNamePrefix?: string | undefined;
}

let opened = 0;

/**
 * Calls functions in threads of this process, which are started when there is work for them. Each has a heap of its own:
 * arguments and results are copied, as between processes; arrays in shared memory, locks and queues are not.
 *
 * @example
 * await using executor = new ThreadPoolExecutor(4, { threadNamePrefix: 'hash' });
 * const future = executor.submit(() => currentThread().name);
 * console.log(await future.result()); // hash_0
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor
 */
export class ThreadPoolExecutor<Init extends readonly unknown[] = readonly unknown[]> extends Executor {
  /**
   * @param maxWorkers how many threads at most; four more than `cpuCount()`, but no more than 32, unless given
   * @throws {ValueError} ERR_MAX_WORKERS
   * @throws {TypeError} ERR_POOL_INITIALIZER, ERR_THREAD_NAME
   */
  constructor(maxWorkers: number = Math.min(32, cpuCount() + 4), options: ThreadPoolExecutorOptions<Init> = {}) {
    const { threadNamePrefix, ...rest } = options;
    if (threadNamePrefix !== undefined && typeof threadNamePrefix !== 'string')
      throw new ArgumentTypeError('ERR_THREAD_NAME', `threadNamePrefix: ${expected('a string', threadNamePrefix)}`);
    const prefix = threadNamePrefix || `ThreadPoolExecutor-${opened}`;
    super(openWorkers(ThreadProcess, maxWorkers, rest, (worker) => `${prefix}_${worker}`));
    opened++;
  }

  protected brokenBy(why: string, cause: unknown): BrokenThreadPool {
    return new BrokenThreadPool('ERR_BROKEN_THREAD_POOL', `the thread pool is broken: ${why}`, { cause });
  }
}
