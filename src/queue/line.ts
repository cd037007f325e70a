import { alarm } from '../sync/alarm.js';
import { beginWait } from '../sync/scope.js';
import type { Limits } from './limits.js';

/** One coroutine that waits. */
interface Waiter<T, Offer> {
  readonly offer: Offer;
  resolve(value: T): void;
  reject(error: unknown): void;
  before: Waiter<T, Offer> | undefined;
  after: Waiter<T, Offer> | undefined;
}

/** Coroutines that wait for a T, in the order in which they came; each with what it offers, if anything. */
export class Line<T, Offer = undefined> {
  #first: Waiter<T, Offer> | undefined;
  #last: Waiter<T, Offer> | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Waits for one's turn; rejects with what `late` makes when the time is over, and with the reason of the signal. */
  wait(offer: Offer, { timeout, signal }: Limits, late: () => Error): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter<T, Offer> = { offer, resolve, reject, before: this.#last, after: undefined };
      const giveUp = (error: unknown): void => (this.#remove(waiter), waiter.reject(error));
      const endWait = beginWait(giveUp);
      this.#append(waiter);
      if (timeout === Infinity && signal === undefined && endWait === undefined) return;
      const onAbort = (): void => giveUp(signal?.reason);
      const stopAlarm = alarm(timeout, () => giveUp(late()));
      const settle = (): void => (endWait?.(), stopAlarm(), signal?.removeEventListener('abort', onAbort));
      waiter.resolve = (value) => (settle(), resolve(value));
      waiter.reject = (error) => (settle(), reject(error));
      signal?.addEventListener('abort', onAbort);
    });
  }

  /** Takes the first out of the line. */
  shift(): Waiter<T, Offer> | undefined {
    const first = this.#first;
    if (first) this.#remove(first);
    return first;
  }

  resolveAll(value: T): void {
    for (let next = this.shift(); next; next = this.shift()) next.resolve(value);
  }

  rejectAll(error: () => Error): void {
    for (let next = this.shift(); next; next = this.shift()) next.reject(error());
  }

  #append(waiter: Waiter<T, Offer>): void {
    if (this.#last) this.#last.after = waiter;
    else this.#first = waiter;
    this.#last = waiter;
  }

  #remove(waiter: Waiter<T, Offer>): void {
    if (waiter.before) waiter.before.after = waiter.after;
    else this.#first = waiter.after;
    if (waiter.after) waiter.after.before = waiter.before;
    else this.#last = waiter.before;
  }
}
