import { ManyfoldError } from '../errors.js';

/** Python's `RemoteError`: a manager's server could not do what was asked; the message ends with its traceback or stack. */
export class RemoteError extends ManyfoldError {}

/** An exception of Python's that has no class here: `name` is that of its class, `args` what it was made with. */
export class PythonError extends ManyfoldError {
  /** What the exception was made with in Python. */
  declare readonly args: readonly unknown[];

  /** Made from an exception that has come from Python. */
  constructor(code: string, name: string, message: string) {
    super(code, message);
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true });
  }
}

Object.defineProperty(RemoteError.prototype, 'name', { value: 'RemoteError', configurable: true, writable: true });
