import { Process } from './process.js';
import { markOwnClass } from './state.js';

/**
 * A process that is forked from the fork server, whatever the default is.
 *
 * @example
 * await new ForkServerProcess({ target: () => console.log('hello') }).start();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
 */
export class ForkServerProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  /** Always 'forkserver', whatever the default is. */
  static override readonly startMethod = 'forkserver';
}

/**
 * A process that is a fresh Node, whatever the default is.
 *
 * @example
 * await new SpawnProcess({ target: () => console.log('hello') }).start();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
 */
export class SpawnProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  /** Always 'spawn', whatever the default is. */
  static override readonly startMethod = 'spawn';
}

/**
 * A process that is forked from the one that starts it, whatever the default is. The program has to be launched by
 * `npx manyfold run`.
 *
 * @example
 * const child = new ForkProcess({ target: () => console.log(table.size) }); // in a program run by `npx manyfold run`
 * await child.start();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
 */
export class ForkProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  /** Always 'fork', whatever the default is. */
  static override readonly startMethod = 'fork';
}

/**
 * A thread of this process with the face of a process, whatever the default is. Its `pid` is that of the process, and it
 * has no `sentinel`.
 *
 * @example
 * await new ThreadProcess({ target: () => console.log('hello') }).start();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#module-multiprocessing.dummy
 */
export class ThreadProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  /** Always 'thread', whatever the default is. */
  static override readonly startMethod = 'thread';
}

/**
 * A coroutine of this thread with the face of a process, whatever the default is. What it is given is not copied; killing
 * it ends it in its next wait of this library, and `process.exit` in it ends the whole process.
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#module-multiprocessing.dummy
 */
export class CoroutineProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  /** Always 'coroutine', whatever the default is. */
  static override readonly startMethod = 'coroutine';
}

markOwnClass(ForkProcess);
markOwnClass(ForkServerProcess);
markOwnClass(SpawnProcess);
markOwnClass(ThreadProcess);
markOwnClass(CoroutineProcess);
