import os from 'node:os';
import { OSError, OutOfMemoryError } from '../errors.js';
import { errno } from './libc.js';

/** Of two names for a number the usual one, which comes first: EAGAIN, not EWOULDBLOCK. */
const names = new Map(
  Object.entries(os.constants.errno)
    .toReversed()
    .map(([name, number]) => [number, name]),
);

/** What the system call that just failed says, as Node names it. */
export function errorName(number = errno()): string {
  return names.get(number) ?? `errno ${number}`;
}

/** The error of the system call that just failed. */
export function systemError(call: string): OSError | OutOfMemoryError {
  const number = errno();
  const name = errorName(number);
  const message = `${call} failed: ${name}`;
  if (number === os.constants.errno.ENOMEM || number === os.constants.errno.ENOSPC) {
    return new OutOfMemoryError('ERR_OUT_OF_MEMORY', message);
  }
  return new OSError('ERR_SYSTEM_CALL', message);
}

/** Does something by `node:fs` that fails, if at all, with an error as of a system call. */
export function withFiles<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fileError(error);
  }
}

/** The error of a system call that `node:fs` has made. */
export function fileError(cause: unknown): OSError {
  const { syscall, code } = cause as NodeJS.ErrnoException;
  return new OSError('ERR_SYSTEM_CALL', `${syscall} failed: ${code}`, { cause });
}
