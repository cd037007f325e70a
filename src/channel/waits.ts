import { setMaxListeners } from 'node:events';
import { waitAsync, type AwaitOptions } from '../sync/await.js';
import type { Waitable } from '../sync/wait.js';

/** The waits of coroutines that go through one object. Those that stand in the same lines by way of other objects are not its business. */
export class Waits {
  /** How many there are. */
  count = 0;
  private controller: AbortController | undefined;

  /** Aborted when they end. */
  get closed(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      setMaxListeners(Infinity, this.controller.signal); // one for each that waits
    }
    return this.controller.signal;
  }

  /** Undefined when the timeout is over. */
  async for<T>(waitable: Waitable<T>, { signal, ...options }: AwaitOptions = {}): Promise<T | undefined> {
    this.count++;
    try {
      return await this.run(waitable, signal, options);
    } finally {
      this.count--;
    }
  }

  private async run<T>(
    waitable: Waitable<T>,
    signal: AbortSignal | undefined,
    options: AwaitOptions,
  ): Promise<T | undefined> {
    const { closed } = this;
    if (signal === undefined) return waitAsync(waitable, { ...options, signal: closed });
    const either = new AbortController();
    const onAbort = (): void => either.abort(signal.reason);
    const onClose = (): void => either.abort(closed.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    closed.addEventListener('abort', onClose);
    try {
      return await waitAsync(waitable, { ...options, signal: either.signal });
    } finally {
      signal.removeEventListener('abort', onAbort);
      closed.removeEventListener('abort', onClose);
    }
  }

  /** Ends all of them with an error. */
  end(error: Error): void {
    this.controller?.abort(error);
  }
}
