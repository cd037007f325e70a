import { holdLoop, letLoopGo, listen } from '../memory/doorbell.js';
import { alarm } from './alarm.js';
import { isAwaited, joinGroup, leaveGroup, lookAgain, type Waiter } from './groups.js';
import { currentOwner } from './owner.js';
import { beginWait } from './scope.js';
import { tryDeeper, type Waitable } from './waitable.js';

export { lookAgain } from './groups.js';

export interface AwaitOptions {
  /** Milliseconds; the promise resolves with undefined when they are over. */
  readonly timeout?: number | undefined;
  /**
   * Rejects the promise with its reason. Who passes a user's signal on, be there one or not, waits for the user: then the
   * end of the coroutine ends the wait as well.
   */
  readonly signal?: AbortSignal | undefined;
  /** Whether the wait keeps the program alive; true unless said otherwise. */
  readonly ref?: boolean;
}

/** Waits without blocking the event loop. Resolves with undefined after `timeout` milliseconds. */
export function waitAsync<T>(waitable: Waitable<T>, options: AwaitOptions = {}): Promise<T | undefined> {
  const { timeout = Infinity, signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  try {
    // Those of this process who came earlier go first.
    const behind = !waitable.unordered && isAwaited(waitable.line);
    const taken = behind ? undefined : waitable.attempt(false);
    if (taken !== undefined) return Promise.resolve(taken);
    if (timeout <= 0) return Promise.resolve(tryDeeper(waitable));
  } catch (error) {
    return Promise.reject(error);
  }
  return waitInGroup(waitable, timeout, options);
}

function waitInGroup<T>(waitable: Waitable<T>, timeout: number, options: AwaitOptions): Promise<T | undefined> {
  const { signal, ref = true } = options;
  return new Promise<T | undefined>((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      leaveGroup(waitable.line, waiter);
      waiter.reject(reason);
    };
    listen(); // first: it may fail
    const endWait = 'signal' in options ? beginWait(giveUp) : undefined;
    if (ref) holdLoop();
    const onAbort = (): void => giveUp(signal?.reason);
    const onTimeout = (): void => {
      lookAgain(waitable.line, true); // this process may have been held up, and what it waits for be there
      if (leaveGroup(waitable.line, waiter)) waiter.resolve(undefined);
    };
    const stopAlarm = alarm(timeout, onTimeout);
    const settle = (): void => {
      endWait?.();
      stopAlarm();
      signal?.removeEventListener('abort', onAbort);
      if (ref) letLoopGo();
    };
    const waiter: Waiter = {
      since: performance.now(),
      owner: currentOwner(),
      trace: waitable.kind === undefined ? undefined : new Error('here'),
      attempt: (patient, called) => waitable.attempt(patient, called),
      resolve: (value) => (settle(), resolve(value as T | undefined)),
      reject: (error) => (settle(), reject(error)),
    };
    signal?.addEventListener('abort', onAbort);
    try {
      joinGroup(waitable, waiter);
    } catch (error) {
      waiter.reject(error);
    }
  });
}
