import { ArgumentTypeError, AssertionError, expected } from '../errors.js';

/** What a process or a thread is to run. */
export interface CallOptions<Args extends readonly unknown[]> {
  /** A function, also one that captures variables, or that is async. */
  target?: ((...args: Args) => unknown) | undefined;
  /** Python keeps this for later, and so do we. */
  group?: null | undefined;
}

export interface CommonOptions<Args extends readonly unknown[]> extends CallOptions<Args> {
  /** No meaning but for the reader of a log; `ClassName-N` unless given. */
  name?: string | undefined;
  /** Whether it is terminated when the process that started it ends, rather than waited for; inherited unless given. */
  daemon?: boolean | undefined;
}

/** What `target` is called with; may be left out where it needs nothing. */
export type PositionalOptions<Args extends readonly unknown[]> = { kwargs?: undefined } & ([] extends Args
  ? { args?: Args | undefined }
  : { args: Args });

/** Python's keyword arguments: one object more, passed behind `args`. */
export interface KeywordOptions {
  args?: readonly unknown[];
  kwargs: object;
}

/** What a process is made of; everything may be left out. */
export type ProcessOptions<Args extends readonly unknown[]> = CommonOptions<Args> &
  (PositionalOptions<Args> | KeywordOptions);

interface Given {
  target?: unknown;
  args?: unknown;
  name?: unknown;
  group?: unknown;
}

export function checkOptions({ name, ...call }: Given): void {
  checkCall(call, 'ERR_PROCESS_TARGET');
  if (name !== undefined) checkName(name);
}

/** The part of the check that processes and threads have in common. */
export function checkCall({ target, args, group }: Omit<Given, 'name'>, targetCode: string): void {
  if (group !== undefined && group !== null) {
    throw new AssertionError('ERR_PROCESS_GROUP', `group argument must be null for now: ${expected('null', group)}`);
  }
  if (target !== undefined && target !== null && typeof target !== 'function') {
    throw new ArgumentTypeError(targetCode, `target: ${expected('a function', target)}`);
  }
  if (args !== undefined && !Array.isArray(args)) {
    throw new ArgumentTypeError('ERR_PROCESS_ARGS', `args: ${expected('an array', args)}`);
  }
}

export function checkName(name: unknown): void {
  if (typeof name !== 'string') throw new AssertionError('ERR_PROCESS_NAME', `name: ${expected('a string', name)}`);
}
