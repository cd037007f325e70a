import { pack } from '../channel/message.js';
import type { Taken } from '../channel/store.js';
import { ValueError } from '../errors.js';
import { holdLoop, letLoopGo } from '../memory/doorbell.js';
import { call } from '../memory/waiters.js';
import { stayAwake } from '../sync/awake.js';
import { BaseEngine } from './base-engine.js';
import { crash } from './crash.js';
import { Crew, type CrewOptions, type Death } from './crew.js';
import type { Errand, Request } from './errand.js';
import { Inbox } from './inbox.js';
import { Jobs, type Job } from './jobs.js';
import type { Observer } from './observer.js';
import { Losses } from './losses.js';
import { Outbox } from './outbox.js';
import { read, receive } from './results.js';
import { UNREADY } from './seat.js';
import { BROKEN, LEFT, READY, RETIRING, Share } from './share.js';
import { watch } from './watch.js';

// Workers that may die before their first task, in a row in which no result has come.
const DEATHS_ALLOWED = 5;

export interface SchedulerOptions extends Omit<CrewOptions, 'share' | 'onStart' | 'hear' | 'onEnd' | 'onFailure'> {
  /** Workers that are there even if there is nothing to do; the others come with the tasks. */
  readonly least: number;
  /** Milliseconds that what is to end has to do so by itself. */
  readonly graceMs: number;
  readonly observer: Observer;
}

/** Gives tasks to workers and results to those who asked for them; replaces workers that die. See share.ts. */
export class Scheduler extends BaseEngine {
  readonly #options: SchedulerOptions;
  readonly #share: Share;
  readonly #crew: Crew;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #jobs = new Jobs();
  readonly #losses: Losses;
  #deathsInVain = 0;
  #becomeIdle: (() => void) | undefined;

  constructor(options: SchedulerOptions) {
    const { observer } = options;
    super(observer);
    this.#options = options;
    const share = new Share();
    this.#share = share;
    this.#outbox = new Outbox(share.tasks);
    this.#inbox = new Inbox(share.results, (result) => this.#receive(result));
    this.#crew = new Crew({
      ...options,
      share,
      onStart: (worker, process) => observer.workerStarted(worker, process.name, process.pid!),
      hear: () => void this.#inbox.drain(),
      onEnd: (death) => this.#bury(death),
      onFailure: (error) => this.fail(error),
    });
    this.#losses = new Losses(share, this.#crew, this.errands);
    this.#crew.staff(options.least);
    void this.#crew.ended.then(() => this.#dispose());
  }

  get size(): number {
    return this.#options.size;
  }

  get workers(): number {
    return this.#crew.size;
  }

  count(): { underWay: number; running: number } {
    let running = 0;
    for (const { ticket } of this.errands.all()) if (ticket.hasBegun) running++;
    return { underWay: this.errands.size, running };
  }

  jobOf(target: object): Job {
    return this.#jobs.of(target);
  }

  submit(request: Request): Errand | undefined {
    const refusal = this.refusal(request);
    if (refusal) {
      request.receiver.failed(refusal.error);
      return undefined;
    }
    const errand = this.errands.make(request);
    try {
      const message = pack(request.message);
      if (errand.retries > 0) errand.message = message.slice();
      this.#outbox.put(errand, message);
    } catch (error) {
      this.errands.discard(errand);
      throw error;
    }
    this.errands.add(errand);
    errand.unwatch = watch(errand, (error) => this.cancel(errand, error));
    this.#crew.staff(this.errands.size);
    if (this.errands.size === 1) stayAwake(); // the wait for results began when nothing was under way
    return errand;
  }

  /** Fails a task, and sees to it that it ends. */
  cancel(errand: Errand, error: unknown): void {
    if (errand.isCancelled || !this.errands.has(errand)) return;
    this.errands.cancel(errand, error);
    if (errand.ticket.cancel() || !errand.ticket.abort()) return;
    setTimeout(() => this.#losses.killFor(errand), this.#options.graceMs).unref();
  }

  /** Lets the workers end when they have done what there is to do. */
  async close(): Promise<void> {
    this.hurry();
    if (!this.isIdle) await new Promise<void>((resolve) => (this.#becomeIdle = resolve));
    this.#crew.dismiss();
  }

  /** Ends the workers, and every task with `error`. */
  fail(error: unknown, graceMs = this.#options.graceMs): void {
    this.broken ??= error;
    this.#crew.terminate(graceMs);
    for (const errand of this.errands.all()) this.errands.finish(errand, 'cancelled', this.broken);
  }

  /** Resolves when all workers have ended. */
  async ended(): Promise<void> {
    // Whoever joins keeps the program alive; the workers alone do not.
    holdLoop();
    try {
      await this.#crew.ended;
    } finally {
      letLoopGo();
    }
  }

  /** Gives back what the pool holds, when nobody uses it any more. */
  #dispose(): void {
    this.broken ??= new ValueError('ERR_POOL_NOT_RUNNING', 'Pool not running');
    this.#inbox.close();
    this.#jobs.dispose();
    this.errands.dispose();
    this.#crew.dispose();
    this.#share.dispose();
    this.#options.observer.ended();
  }

  #receive(result: Taken): void {
    if (result.note >= BROKEN) return this.#hear(result);
    this.#deathsInVain = 0;
    const worker = receive(this.errands, result);
    if (worker !== undefined) this.#outbox.latest = this.#crew.seat(worker);
  }

  /** What a worker says about itself. */
  #hear(result: Taken): void {
    const value = read(result);
    if (result.note === BROKEN) void this.#break(value);
    else if (result.note === RETIRING) this.#crew.succeed(result.tag);
    else if (result.note === READY) this.#crew.ready(result.tag);
    else if (result.note === LEFT) this.#crew.left(result.tag);
  }

  /** The error of an initializer may itself need something imported. */
  async #break(error: unknown): Promise<void> {
    try {
      this.fail(await error);
    } catch (unreadable) {
      this.fail(unreadable);
    }
  }

  protected lookIdle(): void {
    if (this.isIdle) this.#becomeIdle?.();
  }

  #bury(death: Death): void {
    this.#options.observer.workerEnded(death);
    const lost = this.#losses.lostBy(death);
    if (lost) this.#lose(lost, death);
    else if (death.held === UNREADY && !this.isBroken && ++this.#deathsInVain > DEATHS_ALLOWED)
      this.fail(crash(death, 'before its first task, as did those before it'));
    this.#crew.staff(Math.max(this.#options.least, this.errands.size));
    call(this.#share.tasks.messages, Infinity); // it may have been relied on
  }

  /** A task has died with its worker: it is run anew if it may be, or fails. */
  #lose(errand: Errand, death: Death): void {
    let error: unknown = crash(death, 'while it had the task in hand', errand);
    if (!errand.isCancelled && errand.retries-- > 0) {
      try {
        return this.#outbox.put(errand, errand.message!);
      } catch (refusal) {
        error = refusal;
      }
    }
    this.errands.finish(errand, 'crashed', error);
  }
}
