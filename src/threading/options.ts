import { ArgumentTypeError, AssertionError, expected, ValueError } from '../errors.js';

export interface CommonOptions<Args extends readonly unknown[]> {
  /** What the thread runs: a function, also one that captures variables, or that is async. */
  target?: ((...args: Args) => unknown) | undefined;
  /** No meaning but for the reader of a log; `Thread-N (target)` unless given. */
  name?: string | undefined;
  /** Whether the program ends without waiting for it; inherited unless given. */
  daemon?: boolean | undefined;
  /** Python keeps this for later, and so do we. */
  group?: null | undefined;
}

type PositionalOptions<Args extends readonly unknown[]> = { kwargs?: undefined } & ([] extends Args
  ? { args?: Args | undefined }
  : { args: Args });

/** Python's keyword arguments: one object more, passed behind `args`. */
export interface KeywordOptions {
  args?: readonly unknown[];
  kwargs: object;
}

export type ThreadOptions<Args extends readonly unknown[]> = CommonOptions<Args> &
  (PositionalOptions<Args> | KeywordOptions);

export function checkOptions({
  target,
  args,
  name,
  group,
}: {
  target?: unknown;
  args?: unknown;
  name?: unknown;
  group?: unknown;
}): void {
  if (group !== undefined && group !== null) {
    throw new AssertionError('ERR_PROCESS_GROUP', `group argument must be null for now: ${expected('null', group)}`);
  }
  if (target !== undefined && target !== null && typeof target !== 'function') {
    throw new ArgumentTypeError('ERR_TARGET', `target: ${expected('a function', target)}`);
  }
  if (args !== undefined && !Array.isArray(args)) {
    throw new ArgumentTypeError('ERR_PROCESS_ARGS', `args: ${expected('an array', args)}`);
  }
  if (name !== undefined) checkName(name);
}

export function checkName(name: unknown): void {
  if (typeof name !== 'string') throw new ArgumentTypeError('ERR_THREAD_NAME', `name: ${expected('a string', name)}`);
}

const SMALLEST_STACK = 32_768;
let bytes = 0;

/**
 * Sets the bytes of stack that threads have which are started from now on, and gives what it was; 0 is Node's default.
 *
 * @throws {ValueError} ERR_STACK_SIZE: less than 32768, and not 0
 * @see https://docs.python.org/3/library/threading.html#threading.stack_size
 */
export function stackSize(size = bytes): number {
  if (!Number.isInteger(size) || (size !== 0 && size < SMALLEST_STACK)) {
    throw new ValueError('ERR_STACK_SIZE', `size: ${expected('0, or a whole number from 32768 on', size)}`);
  }
  const before = bytes;
  bytes = size;
  return before;
}
