import type { Client } from './clients.js';

/** Who calls, for objects that have owners. */
export interface Caller {
  /** The line of the call: it tells owners apart. */
  readonly owner: object;
  readonly client: Client;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  /** Aborted when the line has ended. */
  readonly gone: AbortSignal;
  /** Says that the result is taken out of the object, for this caller only: one who dies before it has it gives it back. */
  handsOver(giveBack: () => void): void;
}

/** Marks the classes whose methods want to know who calls them: they get the caller behind their arguments. */
export const callerAware: unique symbol = Symbol('callerAware');

/** What callers give, and the caller that the server adds behind it. */
export function split(args: readonly unknown[]): { given: readonly unknown[]; caller: Caller } {
  return { given: args.slice(0, -1), caller: args.at(-1) as Caller };
}

/** A method of objects that somebody can hold: a client has died, or left and said so. */
export const clientLeft: unique symbol = Symbol('clientLeft');
/** Likewise: a line has ended. */
export const lineEnded: unique symbol = Symbol('lineEnded');

export interface Holdable {
  [clientLeft]?(client: Client, died: boolean): void;
  [lineEnded]?(owner: object): void;
}

interface Waiter {
  wake(): void;
  fail(error: Error): void;
}

/** Those who wait at the server for something of one object, in their order. */
export class Waits {
  readonly #waiting: Waiter[] = [];

  get count(): number {
    return this.#waiting.length;
  }

  /** False when so many seconds are over, or nobody wants it any more, before `wake`. */
  wait(seconds: number | null, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || (seconds !== null && seconds <= 0)) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        const place = this.#waiting.indexOf(waiter);
        if (place >= 0) this.#waiting.splice(place, 1);
      };
      const end = (woken: boolean): void => (leave(), resolve(woken));
      const giveUp = (): void => end(false);
      const waiter = { wake: () => end(true), fail: (error: Error) => (leave(), reject(error)) };
      const timer = seconds === null ? undefined : setTimeout(giveUp, Math.min(seconds * 1000, LONGEST_TIMER));
      signal.addEventListener('abort', giveUp);
      this.#waiting.push(waiter);
    });
  }

  /** Wakes the first so many. */
  wake(count = 1): void {
    for (const waiter of this.#waiting.slice(0, count)) waiter.wake();
  }

  /** Ends the first wait with an error; false when nobody waits. */
  fail(error: Error): boolean {
    const [first] = this.#waiting;
    first?.fail(error);
    return first !== undefined;
  }
}

const LONGEST_TIMER = 2 ** 31 - 1;
