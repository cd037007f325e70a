import { TimeoutError } from '../errors.js';
import type { Errand } from './errand.js';
import { now } from '../system/clock.js';

const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Watches over a task that may be cancelled: by its signal, or because a call of its function takes too long. `cancel` is
 * called at most once. What is returned ends the watch.
 */
export function watch(errand: Errand, cancel: (error: unknown) => void): (() => void) | undefined {
  const { signal, timeout } = errand.options;
  if (signal === undefined && timeout === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  let last: NodeJS.Immediate | undefined;
  const onAbort = (): void => cancel(signal!.reason);
  const rearm = (milliseconds: number): void => {
    // Rounded up: a timer that is early would only have to be set once more.
    timer = setTimeout(look, Math.min(Math.ceil(milliseconds), LONGEST_TIMER));
  };
  const look = (): void => {
    const left = errand.ticket.hasBegun ? errand.ticket.startedAt + timeout! - now() : timeout!;
    if (left > 0) rearm(left);
    // Not before the event loop has had a turn: this process may have been held up itself, and the result be there.
    else last = setImmediate(giveUp);
  };
  const giveUp = (): void => cancel(new TimeoutError('ERR_TASK_TIMEOUT', `the task has taken more than ${timeout} ms`));
  signal?.addEventListener('abort', onAbort);
  if (timeout !== undefined) rearm(timeout);
  return () => {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(timer);
    clearImmediate(last);
  };
}
