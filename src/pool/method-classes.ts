import { ValueError } from '../errors.js';
import {
  CoroutineProcess,
  ForkProcess,
  ForkServerProcess,
  SpawnProcess,
  ThreadProcess,
} from '../process/method-classes.js';
import type { PoolOptions } from './options.js';
import { Pool } from './pool.js';

/** A pool whose workers are forked from the fork server, whatever the default is. */
export class ForkServerPool<Init extends readonly unknown[] = readonly unknown[]> extends Pool<Init> {
  static override readonly workerType = ForkServerProcess;
}

/** A pool whose workers are forked from the process that makes it, whatever the default is. */
export class ForkPool<Init extends readonly unknown[] = readonly unknown[]> extends Pool<Init> {
  static override readonly workerType = ForkProcess;
}

/** A pool whose workers are fresh Nodes, whatever the default is. */
export class SpawnPool<Init extends readonly unknown[] = readonly unknown[]> extends Pool<Init> {
  static override readonly workerType = SpawnProcess;
}

/**
 * A pool whose workers are threads of this process: a worker starts later and takes more memory than one that is forked,
 * and shares the process's descriptors.
 *
 * @example
 * await using pool = new ThreadPool(4);
 * console.log(await pool.map((x: number) => x * 2, [1, 2, 3])); // [2, 4, 6]
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.ThreadPool
 */
export class ThreadPool<Init extends readonly unknown[] = readonly unknown[]> extends Pool<Init> {
  /** Its workers are threads. */
  static override readonly workerType = ThreadProcess;

  /** @throws {ValueError} ERR_POOL_OPTION: an option that is about a process of its own */
  constructor(threads?: number, options: PoolOptions<Init> = {}) {
    refuseOptionsOfProcesses(options as PoolOptions<never>, 'thread');
    super(threads, options);
  }
}

/**
 * A pool without workers: its tasks are coroutines of this thread, at most so many at a time, and get the very objects.
 *
 * @example
 * await using pool = new (getContext('coroutine').Pool)(10);
 * const pages = await pool.map(fetchPage, urls); // ten at a time
 *
 * A task that is cancelled is killed: the wait of this library in which it stands throws the reason.
 */
export class CoroutinePool<Init extends readonly unknown[] = readonly unknown[]> extends Pool<Init> {
  static override readonly workerType = CoroutineProcess;

  /** @throws {ValueError} ERR_POOL_OPTION: an option that is about a process of its own */
  constructor(coroutines?: number, options: PoolOptions<Init> = {}) {
    refuseOptionsOfProcesses(options as PoolOptions<never>, 'coroutine');
    super(coroutines, options);
  }
}

function refuseOptionsOfProcesses(options: PoolOptions<never>, worker: string): void {
  for (const name of ['memoryLimit', 'maxRss', 'inspect'] as const) {
    if (options[name] !== undefined) throw new ValueError('ERR_POOL_OPTION', `${name}: a ${worker} cannot have that`);
  }
  if (options.stdio !== undefined && options.stdio !== 'inherit') {
    throw new ValueError('ERR_POOL_OPTION', `stdio: a ${worker} has the output of its process, and so only 'inherit'`);
  }
}
