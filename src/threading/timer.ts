import { ArgumentTypeError, expected } from '../errors.js';
import { Event } from '../sync/event.js';
import { patience } from '../sync/options.js';
import { Thread } from './thread.js';

/**
 * A thread that calls a function after some milliseconds, unless it is cancelled before. (Within one thread, `setTimeout`
 * does that without another thread.)
 *
 * @example
 * const timer = new Timer(10_000, () => console.log('hello, world'));
 * await timer.start();
 * timer.cancel();
 *
 * @see https://docs.python.org/3/library/threading.html#threading.Timer
 */
export class Timer<Args extends readonly unknown[] = readonly unknown[]> extends Thread {
  /** Milliseconds. */
  readonly interval: number;
  /** What is called when the time is over. */
  readonly function: (...args: Args) => unknown;
  /** What it is called with. */
  readonly args: Args;
  /** Set when it is over: called or cancelled. */
  readonly finished = new Event();

  /** @throws {TypeError} ERR_TARGET, ERR_TIMEOUT_VALUE */
  constructor(
    interval: number,
    target: (...args: Args) => unknown,
    ...args: [] extends Args ? [args?: Args] : [args: Args]
  ) {
    super();
    if (typeof target !== 'function') throw new ArgumentTypeError('ERR_TARGET', expected('a function', target));
    this.interval = patience({ timeout: interval });
    this.function = target;
    this.args = [...(args[0] ?? [])] as unknown as Args;
  }

  /** Has no effect once the function has been called. */
  cancel(): void {
    this.finished.set();
  }

  /** What the thread does: waits, and calls the function unless it was cancelled. */
  override async run(): Promise<void> {
    if (await this.finished.wait({ timeout: this.interval })) return;
    await this.function(...this.args);
    this.finished.set();
  }
}
