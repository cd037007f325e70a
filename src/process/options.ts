import { ArgumentTypeError, AssertionError, expected } from '../errors.js';

export interface CommonOptions<Args extends readonly unknown[]> {
  /** What the process runs: a function, also one that captures variables, or that is async. */
  target?: ((...args: Args) => unknown) | undefined;
  /** No meaning but for the reader of a log; `ClassName-N` unless given. */
  name?: string | undefined;
  /** Whether it is terminated when the process that started it ends, rather than waited for; inherited unless given. */
  daemon?: boolean | undefined;
  /** Python keeps this for later, and so do we. */
  group?: null | undefined;
}

/** What `target` is called with; may be left out where it needs nothing. */
type PositionalOptions<Args extends readonly unknown[]> = { kwargs?: undefined } & ([] extends Args
  ? { args?: Args | undefined }
  : { args: Args });

/** Python's keyword arguments: one object more, passed behind `args`. */
export interface KeywordOptions {
  args?: readonly unknown[];
  kwargs: object;
}

export type ProcessOptions<Args extends readonly unknown[]> = CommonOptions<Args> &
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
    throw new ArgumentTypeError('ERR_PROCESS_TARGET', `target: ${expected('a function', target)}`);
  }
  if (args !== undefined && !Array.isArray(args)) {
    throw new ArgumentTypeError('ERR_PROCESS_ARGS', `args: ${expected('an array', args)}`);
  }
  if (name !== undefined) checkName(name);
}

export function checkName(name: unknown): void {
  if (typeof name !== 'string') throw new AssertionError('ERR_PROCESS_NAME', `name: ${expected('a string', name)}`);
}
