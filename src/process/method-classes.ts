import { Process } from './process.js';
import { markOwnClass } from './state.js';

/**
 * A process that is forked from the fork server, whatever the default is.
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
 */
export class ForkServerProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  static override readonly startMethod = 'forkserver';
}

/**
 * A process that is a fresh Node, whatever the default is.
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
 */
export class SpawnProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  static override readonly startMethod = 'spawn';
}

markOwnClass(ForkServerProcess);
markOwnClass(SpawnProcess);
