import { expected, ValueError } from '../errors.js';
import { openEngine, type Opened } from '../pool/open.js';
import { checkPoolOptions, type PoolOptions } from '../pool/options.js';
import type { Process } from '../process/process.js';

export interface WorkerOptions<Init extends readonly unknown[]> {
  /** Called in each worker before its first call. Should it fail, the executor is broken. */
  readonly initializer?: ((...args: Init) => unknown) | undefined;
  readonly initargs?: Init | undefined;
  /** How many calls a worker makes before a fresh one takes its place; any number unless given. */
  readonly maxTasksPerChild?: number | undefined;
}

/** The workers of an executor; each is started when there is work for it. `nameOf` gives their names. */
export function openWorkers<Init extends readonly unknown[]>(
  type: typeof Process,
  maxWorkers: number,
  options: WorkerOptions<Init>,
  nameOf?: (worker: number) => string,
): Opened {
  if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
    const message = `maxWorkers must be greater than 0: ${expected('a whole number', maxWorkers)}`;
    throw new ValueError('ERR_MAX_WORKERS', message);
  }
  const { initializer, initargs, maxTasksPerChild } = options;
  const poolOptions: PoolOptions<Init> = { initializer, initargs, maxTasksPerChild, lazy: true };
  checkPoolOptions(maxWorkers, poolOptions as PoolOptions<never>);
  return openEngine(type, maxWorkers, poolOptions as PoolOptions<readonly unknown[]>, nameOf);
}
