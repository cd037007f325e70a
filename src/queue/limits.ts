import { ValueError } from '../errors.js';
import { patience, type WaitOptions } from '../sync/options.js';

/** How long a wait may last. */
export interface Limits {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

const UNLIMITED: Limits = { timeout: Infinity, signal: undefined };

/** Here, unlike in multiprocessing, a negative timeout is a mistake. */
export function limitsOf(options: WaitOptions | undefined): Limits {
  if (options === undefined) return UNLIMITED;
  const { block = true, timeout, signal } = options;
  if (block && typeof timeout === 'number' && timeout < 0) {
    throw new ValueError('ERR_TIMEOUT_NEGATIVE', `'timeout' must be a non-negative number, not ${timeout}`);
  }
  signal?.throwIfAborted();
  return { timeout: patience(options), signal };
}
