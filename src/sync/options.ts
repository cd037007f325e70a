import { ArgumentTypeError, expected } from '../errors.js';

/** How long a wait may last, as it blocks the thread. */
export interface SyncWaitOptions {
  /** false: do not wait at all. */
  readonly block?: boolean | undefined;
  /** Milliseconds to wait at most; for ever unless given. Negative is zero. */
  readonly timeout?: number | undefined;
}

/** How long a wait may last, and what ends it before. */
export interface WaitOptions extends SyncWaitOptions {
  /** Ends the wait: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds that a wait may last. */
export function patience(options: SyncWaitOptions = {}): number {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentTypeError(
      'ERR_WAIT_OPTIONS',
      `options: ${expected('an object such as { timeout: 10 }', options)}`,
    );
  }
  const { block = true, timeout } = options;
  if (!block) return 0;
  if (timeout === undefined || timeout === null) return Infinity;
  if (typeof timeout !== 'number' || Number.isNaN(timeout)) {
    throw new ArgumentTypeError('ERR_TIMEOUT_VALUE', `timeout: ${expected('a number of milliseconds', timeout)}`);
  }
  return Math.max(0, timeout);
}
