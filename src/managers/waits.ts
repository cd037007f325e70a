/** Those who wait at the server for something of one object, in their order. */

/** Who calls: the client, for objects that have an owner, and what tells that it has gone. */
export interface Caller {
  readonly owner: object;
  readonly signal: AbortSignal;
}

/** Marks the classes whose methods want to know who calls them: they get the caller behind their arguments. */
export const callerAware: unique symbol = Symbol('callerAware');

interface Waiter {
  wake(): void;
}

export class Waits {
  readonly #waiting: Waiter[] = [];

  get count(): number {
    return this.#waiting.length;
  }

  /** False when so many seconds are over, or the caller has gone, before `wake`. */
  wait(seconds: number | null, { signal }: Caller): Promise<boolean> {
    if (signal.aborted || (seconds !== null && seconds <= 0)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (woken: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        const place = this.#waiting.indexOf(waiter);
        if (place >= 0) this.#waiting.splice(place, 1);
        resolve(woken);
      };
      const giveUp = (): void => end(false);
      const waiter = { wake: () => end(true) };
      const timer = seconds === null ? undefined : setTimeout(giveUp, Math.min(seconds * 1000, LONGEST_TIMER));
      signal.addEventListener('abort', giveUp);
      this.#waiting.push(waiter);
    });
  }

  /** Wakes the first so many. */
  wake(count = 1): void {
    for (const waiter of this.#waiting.slice(0, count)) waiter.wake();
  }
}

const LONGEST_TIMER = 2 ** 31 - 1;
