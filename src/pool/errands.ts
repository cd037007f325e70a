import { holdLoop, letLoopGo } from '../memory/doorbell.js';
import { warn } from './callback.js';
import type { Errand, Request } from './errand.js';
import type { Observer } from './observer.js';
import { now } from '../system/clock.js';
import { Tickets } from './ticket.js';

/** What became of a task. */
export type End = 'done' | 'failed' | 'cancelled' | 'crashed';

/** The tasks of a pool that are under way: on their way to workers, or in their hands. */
export class Errands {
  readonly #byTicket = new Map<number, Errand>();
  readonly #tickets = new Tickets();
  readonly #observer: Observer;
  readonly #onFinish: () => void;
  /** How many of them somebody waits for. */
  #awaited = 0;

  constructor(observer: Observer, onFinish: () => void) {
    this.#observer = observer;
    this.#onFinish = onFinish;
  }

  get size(): number {
    return this.#byTicket.size;
  }

  all(): Errand[] {
    return [...this.#byTicket.values()];
  }

  of(group: object): Errand[] {
    return this.all().filter((errand) => errand.group === group);
  }

  /** A task that is to be sent. It does not count before `add`. */
  make(request: Request): Errand {
    const { job, kind, message, receiver, options, first, group } = request;
    return {
      job,
      kind,
      receiver,
      options,
      first,
      group,
      length: message.length,
      ticket: this.#tickets.take(),
      number: 0,
      queuedAt: now(),
      message: undefined,
      retries: options.retries ?? 0,
      arriving: undefined,
      isAnswered: false,
      isCancelled: false,
      unwatch: undefined,
    };
  }

  /** Forgets one that could not be sent. */
  discard(errand: Errand): void {
    this.#tickets.giveBack(errand.ticket);
  }

  /** One that has been sent. */
  add(errand: Errand): void {
    errand.job.uses++;
    this.#byTicket.set(errand.ticket.address, errand);
    if (this.#awaited++ === 0) holdLoop();
    this.#observer.queued(errand);
  }

  ofTicket(address: number): Errand | undefined {
    return this.#byTicket.get(address);
  }

  has(errand: Errand): boolean {
    return this.#byTicket.get(errand.ticket.address) === errand;
  }

  ofNumber(number: number): Errand | undefined {
    for (const errand of this.#byTicket.values()) if (errand.number === number) return errand;
    return undefined;
  }

  /** Tells the one who waits for a task, though the task is not over. */
  cancel(errand: Errand, error: unknown): void {
    this.#settle(errand, 'cancelled', error);
    errand.isCancelled = true;
  }

  /** A task is over, and nobody has it in hand any more; `result` is its value, or its error. */
  finish(errand: Errand, end: End, result: unknown): void {
    if (!this.has(errand)) return;
    this.#byTicket.delete(errand.ticket.address);
    errand.job.uses--;
    if (!errand.isCancelled) this.#settle(errand, end, result);
    this.#tickets.giveBack(errand.ticket);
    if (this.#byTicket.size === 0) this.#onFinish();
  }

  dispose(): void {
    this.#tickets.dispose();
  }

  #settle(errand: Errand, end: End, result: unknown): void {
    errand.unwatch?.();
    this.#observer.settled(errand, end);
    if (--this.#awaited === 0) letLoopGo();
    const { receiver } = errand;
    try {
      if (end === 'done') receiver.done(result);
      else receiver.failed(result);
    } catch (error) {
      warn(error);
    }
  }
}
