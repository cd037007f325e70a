import fs from 'node:fs';
import { inspect } from 'node:util';
import { SystemExit } from '../errors.js';
import type { Thread } from './thread.js';

/** What is told of an error that has ended a thread. */
export interface ExceptHookArgs {
  /** The class of the error; undefined if what was thrown is no object. */
  readonly excType: unknown;
  /** What was thrown. */
  readonly excValue: unknown;
  /** Its stack, if it has one. */
  readonly excTraceback: string | undefined;
  /** The thread that ends by it. */
  readonly thread: Thread;
}

/** Is told of what a thread has thrown. */
export type ExceptHook = (args: ExceptHookArgs) => unknown;

let hook: ExceptHook = excepthook;

/**
 * Writes an error that has ended a thread to stderr; an exit is silent.
 *
 * @example
 * setExcepthook((args) => {
 *   log(args.excValue);
 *   excepthook(args); // and what is done without a hook
 * });
 *
 * @see https://docs.python.org/3/library/threading.html#threading.excepthook
 */
export function excepthook({ excValue, thread }: ExceptHookArgs): void {
  if (excValue instanceof SystemExit) return;
  complain(`Exception in thread ${thread.name}:\n${inspect(excValue)}`);
}

/**
 * Sets what is done about errors that end threads, in this thread and in those that it starts from now on: the hook travels
 * to them, and is called where the error was. null sets back to `excepthook`.
 *
 * @example
 * const errors = new Queue<string>();
 * setExcepthook(({ excValue, thread }) => errors.putSync(`${thread.name}: ${String(excValue)}`));
 *
 * @see https://docs.python.org/3/library/threading.html#threading.excepthook
 */
export function setExcepthook(own: ExceptHook | null): void {
  hook = own ?? excepthook;
}

/** The hook in force, if it is not the library's own. */
export function ownHook(): ExceptHook | undefined {
  return hook === excepthook ? undefined : hook;
}

/** Calls the hook for an error that has ended a thread. */
export function tell(error: unknown, thread: Thread): void {
  const isObject = typeof error === 'object' && error !== null;
  try {
    hook({
      excType: isObject ? error.constructor : undefined,
      excValue: error,
      excTraceback: error instanceof Error ? error.stack : undefined,
      thread,
    });
  } catch (failure) {
    complain(`Exception in threading.excepthook:\n${inspect(failure)}`);
  }
}

export function complain(text: string): void {
  try {
    fs.writeSync(2, `${text}\n`);
  } catch {
    // Nobody is left to read it.
  }
}
