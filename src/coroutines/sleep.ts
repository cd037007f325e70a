import { limitsOf } from '../queue/limits.js';
import { alarm } from '../sync/alarm.js';
import { beginWait } from '../sync/scope.js';

/**
 * Lets others run for some milliseconds; 0: for one turn of the event loop.
 *
 * @example
 * await sleep(100);
 *
 * @throws {ValueError} ERR_TIMEOUT_NEGATIVE
 * @see https://www.gevent.org/api/gevent.html#gevent.sleep
 */
export async function sleep(milliseconds = 0, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
  const { timeout, signal } = limitsOf({ timeout: milliseconds, signal: options.signal });
  await new Promise<void>((resolve, reject) => {
    const endWait = beginWait((reason) => done(() => reject(reason)));
    const onAbort = (): void => done(() => reject(signal?.reason));
    const wake = (): void => done(resolve);
    const stopAlarm = timeout === 0 ? undefined : alarm(timeout, wake);
    const turn = timeout === 0 ? setImmediate(wake) : undefined;
    signal?.addEventListener('abort', onAbort);
    function done(settle: () => void): void {
      stopAlarm?.();
      clearImmediate(turn);
      signal?.removeEventListener('abort', onAbort);
      endWait?.();
      settle();
    }
  });
}
