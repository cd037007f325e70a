import { ArgumentTypeError, expected, ValueError } from '../errors.js';
import type { TaskOptions } from './errand.js';
import type { ProgressListener } from './progress.js';
import type { Stdio } from './room.js';

/** How a pool is made; everything may be left out. */
export interface PoolOptions<Init extends readonly unknown[]> {
  /** Called in each worker before its first task. Should it fail, the pool fails, with its error. */
  readonly initializer?: ((...args: Init) => unknown) | undefined;
  /** What `initializer` is called with. */
  readonly initargs?: Init | undefined;
  /** How many tasks a worker does before a fresh one takes its place; a task is an `apply`, or one chunk of a `map`. */
  readonly maxTasksPerChild?: number | undefined;
  /** Whether workers are started when there is work for them, and not at once. */
  readonly lazy?: boolean | undefined;
  /** Milliseconds after which a worker without work ends; another is started when there is work again. */
  readonly idleTimeout?: number | undefined;
  /** Bytes of resident memory above which a worker is replaced, between two tasks. */
  readonly maxRss?: number | undefined;
  /** Milliseconds after which a worker is replaced, between two tasks. */
  readonly maxAge?: number | undefined;
  /** Bytes of memory of its own that a worker may take beyond what it starts with; it finds none after that. */
  readonly memoryLimit?: number | undefined;
  /** Milliseconds that a cancelled task has to end by itself before it is killed with its worker; 1000 unless given. */
  readonly graceMs?: number | undefined;
  /** Where what the workers print goes; 'inherit' unless given. */
  readonly stdio?: Stdio | undefined;
  /** Whether each worker opens a port for a debugger, which it names on stderr. */
  readonly inspect?: boolean | undefined;
  /** Runs the tasks in this process, one after the other, so that a debugger steps into them. There are no workers then. */
  readonly inline?: boolean | undefined;
  /** A file to be written that Perfetto and Chrome's tracing open: a row for each worker, a bar for each task. */
  readonly trace?: string | undefined;
}

/** How an input is cut into tasks, and what happens on the way. */
export interface MapOptions extends TaskOptions {
  /** How many items go to a worker at a time; for `map` a quarter of a worker's share unless given, for `imap` 1. */
  readonly chunksize?: number | undefined;
  /** Gets how far the call is; or true: a bar in the terminal, if there is one. */
  readonly progress?: boolean | ProgressListener | undefined;
}

/** How an input is read and cut into tasks. */
export interface ImapOptions extends MapOptions {
  /** How many items at most are read ahead of the results that have been asked for; 8 chunks for each worker unless given. */
  readonly buffersize?: number | undefined;
}

/** What is called in this process when a task has ended. */
export interface Callbacks<R> {
  /** Called with the result, in this process. */
  readonly callback?: ((result: R) => void) | undefined;
  /** Called with the error, if the task fails. */
  readonly errorCallback?: ((error: unknown) => void) | undefined;
}

/** @throws {ValueError} ERR_POOL_PROCESSES, ERR_POOL_MAX_TASKS, ERR_POOL_OPTION */
export function checkPoolOptions(processes: unknown, options: PoolOptions<never>): void {
  const { initializer, maxTasksPerChild, stdio } = options;
  if (!isCount(processes)) {
    const message = `number of processes must be at least 1: ${expected('a whole number', processes)}`;
    throw new ValueError('ERR_POOL_PROCESSES', message);
  }
  if (maxTasksPerChild !== undefined && !isCount(maxTasksPerChild)) {
    const message = `maxTasksPerChild: ${expected('a whole number, 1 or more', maxTasksPerChild)}`;
    throw new ValueError('ERR_POOL_MAX_TASKS', message);
  }
  if (initializer !== undefined) checkFunction(initializer, 'initializer', 'ERR_POOL_INITIALIZER');
  for (const name of ['idleTimeout', 'maxRss', 'maxAge', 'memoryLimit', 'graceMs'] as const)
    checkNumber(options[name], name, 0);
  if (stdio !== undefined && !['inherit', 'prefix', 'pipe', 'ignore'].includes(stdio)) {
    throw new ValueError('ERR_POOL_OPTION', `stdio: ${expected("'inherit', 'prefix', 'pipe' or 'ignore'", stdio)}`);
  }
}

/** @throws {ValueError} ERR_POOL_NOT_RUNNING, ERR_POOL_OPTION; or {TypeError} ERR_POOL_TARGET, ERR_POOL_OPTION */
export function checkCall(state: string, target: unknown, { signal, timeout, retries }: TaskOptions): void {
  if (state !== 'running') throw new ValueError('ERR_POOL_NOT_RUNNING', 'Pool not running');
  checkFunction(target, 'target', 'ERR_POOL_TARGET');
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ArgumentTypeError('ERR_POOL_OPTION', `signal: ${expected('an AbortSignal', signal)}`);
  checkNumber(timeout, 'timeout', 0);
  if (retries !== undefined && retries !== 0 && !isCount(retries))
    throw new ValueError('ERR_POOL_OPTION', `retries: ${expected('a whole number, 0 or more', retries)}`);
}

/** @throws {ValueError} ERR_CHUNKSIZE */
export function checkChunksize(size: unknown): void {
  if (size === undefined || isCount(size)) return;
  throw new ValueError('ERR_CHUNKSIZE', `chunksize: ${expected('a whole number, 1 or more', size)}`);
}

/** @throws {ValueError} ERR_BUFFERSIZE */
export function checkBuffersize(size: unknown): void {
  if (size === undefined || isCount(size)) return;
  throw new ValueError('ERR_BUFFERSIZE', `buffersize: ${expected('a whole number, 1 or more', size)}`);
}

function checkFunction(value: unknown, name: string, code: string): void {
  if (typeof value !== 'function') throw new ArgumentTypeError(code, `${name}: ${expected('a function', value)}`);
}

function checkNumber(value: unknown, name: string, least: number): void {
  if (value === undefined || (typeof value === 'number' && value >= least)) return;
  throw new ValueError('ERR_POOL_OPTION', `${name}: ${expected(`a number, ${least} or more`, value)}`);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}
