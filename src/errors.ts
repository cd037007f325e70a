/**
 * The error family. Every error of Manyfold has a stable `code` and passes `error instanceof ManyfoldError`, also when
 * it comes from another copy of the library or from another realm. Python's names stay; Python's ValueError, TypeError
 * and AssertionError extend the JavaScript class nearest to them, so that ordinary `catch` code works as well.
 */

const brand = Symbol.for('manyfold.error');

/** The base of the family. Abstract in spirit: what is thrown is always one of the classes below. */
export class ManyfoldError extends Error {
  /** What kind of error it is: stable from version to version, and listed with its cause and cure in docs/errors.md. */
  readonly code: string;

  /** With a code of your own, such as `ERR_MINE`; `options.cause` is kept. */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Also true for errors of another copy of the library, and of another realm. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== ManyfoldError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && brand in value;
  }
}

/** Python's `multiprocessing.ProcessError`: base of the errors that CPython's multiprocessing names itself. */
export class ProcessError extends ManyfoldError {}

/** A message did not fit the buffer it was to be received into; it is in `bytes`, and nothing is lost. */
export class BufferTooShort extends ProcessError {
  /** The whole message, which did not fit. */
  readonly bytes: Uint8Array;

  /** With the message that did not fit. */
  constructor(code: string, message: string, bytes: Uint8Array) {
    super(code, message);
    this.bytes = bytes;
  }
}

/** The other side of a connection did not know the key. */
export class AuthenticationError extends ProcessError {}

/** A wait lasted longer than its `timeout` (milliseconds). */
export class TimeoutError extends ProcessError {}

/** Python's `EOFError`: the other end of a connection is closed and nothing is left to receive. */
export class EOFError extends ManyfoldError {}

/** Python's `queue.Empty`: nothing to get without waiting, or within the timeout. */
export class Empty extends ManyfoldError {}

/** Python's `queue.Full`: no place to put without waiting, or within the timeout. */
export class Full extends ManyfoldError {}

/** Python's `queue.ShutDown`: the queue has been shut down. */
export class ShutDown extends ManyfoldError {}

/** Python's `OSError`: an object that is closed, or a system call that failed. */
export class OSError extends ManyfoldError {}

/** Python's `FileNotFoundError`: there is nothing of that name. */
export class FileNotFoundError extends OSError {}

/** Python's `FileExistsError`: there is something of that name already. */
export class FileExistsError extends OSError {}

/** Python's `RuntimeError`: the call is right, the moment is wrong. */
export class RuntimeError extends ManyfoldError {}

/** Python's `AssertionError`: a rule about the life of a process was broken. */
export class AssertionError extends ManyfoldError {}

/** Python's `NotImplementedError`: this platform cannot do it. */
export class NotImplementedError extends ManyfoldError {}

/** A value, function or class that cannot travel; the message ends with the path by which it was reached. */
export class PicklingError extends ManyfoldError {}

/**
 * Thrown by the target of a process, ends that process: an integer is its exit code (the low 8 bits), null or undefined
 * is 0, a boolean 0 or 1; anything else is written to stderr and gives 1.
 *
 * @example
 * new Process({ target: () => { throw new SystemExit(3); } });
 *
 * @see https://docs.python.org/3/library/exceptions.html#SystemExit
 */
export class SystemExit extends ManyfoldError {
  /** What the process ends with: an exit code, or something to be written to stderr. */
  readonly value: unknown;

  /** With an exit code, or with something to be written to stderr. */
  constructor(value?: unknown) {
    super('ERR_SYSTEM_EXIT', typeof value === 'string' ? value : `exit ${String(value ?? 0)}`);
    this.value = value;
  }
}

/** A process died with work in hand. */
export class WorkerCrashedError extends ProcessError {
  /** The number of the process that died. */
  readonly pid: number;
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  /** The name of the signal that ended it, or null. */
  readonly signal: string | null;
  /** Whether it had found no memory any more: of the machine, of its heap, or within its limit. */
  readonly outOfMemory: boolean;
  /** The last that it wrote to stderr; with an inherited stderr, the last that its JavaScript wrote. */
  readonly stderr: string;
  /** What it was doing, if it was a worker of a pool. */
  readonly task: CrashedTask | null;

  /** Made by the library, from what is known of the death. */
  constructor(message: string, death: Crash) {
    super('ERR_WORKER_CRASHED', message);
    this.pid = death.pid;
    this.exitCode = death.exitCode;
    this.signal = death.signal;
    this.outOfMemory = death.outOfMemory ?? false;
    this.stderr = death.stderr ?? '';
    this.task = death.task ?? null;
  }
}

/** A task that died with its worker. */
export interface CrashedTask {
  /** The name of its function. */
  readonly target: string;
  /** The places of its items in the input, the first and the one behind the last; null for a single call. */
  readonly items: readonly [number, number] | null;
}

interface Crash {
  readonly pid: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly outOfMemory?: boolean;
  readonly stderr?: string;
  readonly task?: CrashedTask | null;
}

/** Python's `CancelledError`: what was waited for has been called off, and will never have a result. */
export class CancelledError extends ManyfoldError {}

/** Python's `BrokenExecutor`: an executor that cannot make calls any more. */
export class BrokenExecutor extends RuntimeError {}

/** Python's `BrokenProcessPool`: a worker died over a call (its `cause` says how), or no worker can work at all. */
export class BrokenProcessPool extends BrokenExecutor {}

/** Python's `BrokenThreadPool`: a thread ended over a call (its `cause` says how), or no thread can work at all. */
export class BrokenThreadPool extends BrokenExecutor {}

/** Python's `InvalidStateError`: the call does not fit the state of a future. */
export class InvalidStateError extends ManyfoldError {}

/** Python's `MaybeEncodingError`: what a task returned or threw cannot travel back. */
export class MaybeEncodingError extends ManyfoldError {}

/** The process that held a lock has died: the lock is free, what it guards may be half changed. A death is told once. */
export class OwnerDiedError extends ManyfoldError {}

/** Python's `BrokenBarrierError`: a party of a barrier will not come, or the barrier was reset while others waited. */
export class BrokenBarrierError extends RuntimeError {}

/** Processes wait for each other's locks in a circle; `waits` has who waits for what. */
export class DeadlockError extends RuntimeError {
  /** The waits of the circle, as in a `Deadlock` that `findDeadlocks` gives. */
  readonly waits: readonly object[];

  /** Made by the library, from the circle that it has found. */
  constructor(message: string, waits: readonly object[]) {
    super('ERR_DEADLOCK', message);
    this.waits = waits;
  }
}

/** The calling process was not launched in the mode that a true `fork` needs. */
export class ForkUnsafeError extends ManyfoldError {}

/** The machine, or the program's share of it, has no memory left. */
export class OutOfMemoryError extends ManyfoldError {}

/** Python's `ValueError`: the type is right, the value is not. */
export class ValueError extends RangeError {
  /** As in `ManyfoldError`. */
  readonly code: string;

  /** As in `ManyfoldError`. */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Python's `TypeError`: an argument of a wrong type. */
export class ArgumentTypeError extends TypeError {
  /** As in `ManyfoldError`. */
  readonly code: string;

  /** As in `ManyfoldError`. */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

for (const base of [ManyfoldError, ValueError, ArgumentTypeError]) {
  Object.defineProperty(base.prototype, brand, { value: true });
}

// The name is that of the class, as in Node; on the prototype, so that it is no own property of each error.
for (const base of [ManyfoldError, ValueError]) {
  Object.defineProperty(base.prototype, 'name', {
    get(this: Error) {
      return this.constructor.name;
    },
    set(this: Error, value: string) {
      Object.defineProperty(this, 'name', { value, configurable: true, writable: true });
    },
    configurable: true,
  });
}
// In Python this is plain `TypeError`, and so it reads here.
Object.defineProperty(ArgumentTypeError.prototype, 'name', { value: 'TypeError', configurable: true, writable: true });

/**
 * The sentence of every complaint about an argument: what was expected, and what came.
 *
 * @internal
 */
export function expected(what: string, value: unknown): string {
  return `expected ${what}, got ${describe(value)}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string')
    return `${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)} (string)`;
  if (typeof value === 'function') return `function '${value.name || '<anonymous>'}'`;
  if (typeof value === 'object') return `an object of class ${value.constructor?.name ?? 'null'}`;
  return `${String(value)} (${typeof value})`;
}
