import { ArgumentTypeError, expected, ValueError } from '../errors.js';
import { isRegistered, register, unregister } from './finalizers.js';
import { endWithMain } from './main-exit.js';

/** What is called with, and when at the exit. */
export interface FinalizeOptions<Args extends readonly unknown[]> {
  /** What the callback is called with. */
  readonly args?: Args | undefined;
  /**
   * When it runs at the end of the process: the highest number first, and of equal ones the newest; those below 0 when the
   * daemons have ended. Without one it does not run then. An end by a signal runs none.
   */
  readonly exitPriority?: number | null | undefined;
}

/**
 * Calls a function once: when an object is collected, at the end of the process, or when told. A process that is forked
 * from this one has none of its finalizers.
 *
 * @example
 * const finalizer = new Finalize(session, (file: string) => rmSync(file), { args: [file], exitPriority: 0 });
 * finalizer.call(); // now, and not again
 *
 * @see https://docs.python.org/3/library/weakref.html#weakref.finalize
 */
export class Finalize<Args extends readonly unknown[] = [], Result = unknown> {
  readonly #callback: (...args: Args) => Result;
  readonly #args: Args;

  /**
   * @param object whose collection runs the callback, which must not refer to it; null: only its priority does
   * @throws {ValueError} ERR_FINALIZE_WITHOUT_END: neither an object nor a priority
   * @throws {TypeError} ERR_FINALIZE_PRIORITY, ERR_FINALIZE_CALLBACK
   */
  constructor(object: object | null, callback: (...args: Args) => Result, options: FinalizeOptions<Args> = {}) {
    const { args = [] as readonly unknown[] as Args, exitPriority = null } = options;
    if (typeof callback !== 'function') {
      throw new ArgumentTypeError('ERR_FINALIZE_CALLBACK', `callback: ${expected('a function', callback)}`);
    }
    if (exitPriority !== null && !Number.isInteger(exitPriority)) {
      throw new ArgumentTypeError('ERR_FINALIZE_PRIORITY', `exitPriority: ${expected('a whole number', exitPriority)}`);
    }
    if (object === null && exitPriority === null) {
      throw new ValueError('ERR_FINALIZE_WITHOUT_END', 'without an object, expected an exitPriority, got none');
    }
    this.#callback = callback;
    this.#args = args;
    register(this, { priority: exitPriority, run: () => callback(...args) });
    if (object !== null) collected.register(object, this, this);
    if (exitPriority !== null) endWithMain();
  }

  /** Runs the callback, unless it has run or was cancelled; gives its result. */
  call(): Result | undefined {
    return this.#forget() ? this.#callback(...this.#args) : undefined;
  }

  /** It will not run any more. */
  cancel(): void {
    this.#forget();
  }

  /** Whether it may still run. */
  stillActive(): boolean {
    return isRegistered(this);
  }

  #forget(): boolean {
    collected.unregister(this);
    return unregister(this);
  }
}

const collected = new FinalizationRegistry<{ call(): unknown }>((finalizer) => void finalizer.call());
