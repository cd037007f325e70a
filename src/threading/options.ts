import { ArgumentTypeError, expected, ValueError } from '../errors.js';
import { checkCall, type CallOptions, type KeywordOptions, type PositionalOptions } from '../process/options.js';

export type { KeywordOptions } from '../process/options.js';

export interface CommonOptions<Args extends readonly unknown[]> extends CallOptions<Args> {
  /** No meaning but for the reader of a log; `Thread-N (target)` unless given. */
  name?: string | undefined;
  /** Whether the program ends without waiting for it; inherited unless given. */
  daemon?: boolean | undefined;
}

/** What a thread is made of; everything may be left out. */
export type ThreadOptions<Args extends readonly unknown[]> = CommonOptions<Args> &
  (PositionalOptions<Args> | KeywordOptions);

export function checkOptions({
  name,
  ...call
}: {
  target?: unknown;
  args?: unknown;
  name?: unknown;
  group?: unknown;
}): void {
  checkCall(call, 'ERR_TARGET');
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
 * @example
 * stackSize(8 * 1024 * 1024); // of the threads that start from now on; gives what held before
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
