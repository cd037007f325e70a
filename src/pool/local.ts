import { ValueError } from '../errors.js';
import { BaseEngine } from './base-engine.js';
import { now } from '../system/clock.js';
import type { Errand, Request } from './errand.js';
import { Fifo } from './fifo.js';
import type { Job } from './jobs.js';
import type { Observer } from './observer.js';
import type { Target } from './targets.js';
import { watch } from './watch.js';

// While tasks come without a pause, the event loop still gets its turn this often, in milliseconds.
const TURN = 5;

/** A job whose function need not travel. */
export interface LocalJob extends Job {
  readonly run: Target;
}

/** Runs the tasks of a pool that has no workers: in this thread, at most `size` of them at a time. */
export abstract class Local<Message> extends BaseEngine {
  readonly workers = 0;
  readonly #observer: Observer;
  readonly #queue = new Fifo<{ readonly errand: Errand; readonly message: Message }>();
  readonly #initialize: () => unknown;
  #initialized: Promise<void> | undefined;
  /** How many take tasks from the queue. */
  #places = 0;
  #running = 0;
  #isClosing = false;
  #resolveEnded: () => void = () => {};
  readonly #ended = new Promise<void>((resolve) => (this.#resolveEnded = resolve));

  constructor(observer: Observer, initialize: () => unknown) {
    super(observer);
    this.#observer = observer;
    this.#initialize = initialize;
  }

  /** What the function will be called with, as it is at this moment. */
  protected abstract take(message: readonly unknown[]): Message;

  /** Runs a task that has begun, and settles it. */
  protected abstract perform(errand: Errand, message: Message): Promise<void>;

  count(): { underWay: number; running: number } {
    return { underWay: this.errands.size, running: this.#running };
  }

  jobOf(target: object): Job {
    const { name } = target as Target;
    const job: LocalJob = { number: 0, parcel: 0, key: '', target: name, uses: 0, run: target as Target };
    return job;
  }

  submit(request: Request): Errand | undefined {
    const refusal = this.refusal(request);
    if (refusal) {
      request.receiver.failed(refusal.error);
      return undefined;
    }
    const message = this.take(request.message);
    const errand = this.errands.make(request);
    errand.ticket.write(0);
    this.errands.add(errand);
    errand.unwatch = watch(errand, (error) => this.cancel(errand, error));
    this.#queue.push({ errand, message });
    if (this.#places < this.size) void this.#work();
    return errand;
  }

  cancel(errand: Errand, error: unknown): void {
    if (errand.isCancelled || !this.errands.has(errand)) return;
    this.errands.cancel(errand, error);
    if (!errand.ticket.cancel()) errand.ticket.abort();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.hurry();
    this.lookIdle();
    await this.#ended;
  }

  fail(error: unknown): void {
    this.broken ??= error;
    this.#isClosing = true;
    for (const errand of this.errands.all()) this.cancel(errand, this.broken);
    this.lookIdle();
  }

  ended(): Promise<void> {
    return this.#ended;
  }

  /** Calls the initializer, once; should it fail, the pool does. */
  protected initialize(): Promise<void> {
    this.#initialized ??= (async () => {
      try {
        await this.#initialize();
      } catch (error) {
        this.fail(error);
        throw error;
      }
    })();
    return this.#initialized;
  }

  protected lookIdle(): void {
    const isOver = this.isIdle || (this.isBroken && this.errands.size === 0);
    if (!this.#isClosing || !isOver) return;
    this.broken ??= new ValueError('ERR_POOL_NOT_RUNNING', 'Pool not running');
    this.errands.dispose();
    this.#observer.ended();
    this.#resolveEnded();
  }

  async #work(): Promise<void> {
    this.#places++;
    await new Promise(setImmediate); // as in a worker, nothing runs before the caller goes on
    let turned = now();
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const { errand, message } = next;
      if (errand.ticket.begin(0, now())) {
        this.#running++;
        await this.perform(errand, message);
        this.#running--;
      } else this.errands.finish(errand, 'cancelled', undefined);
      if (now() - turned < TURN) continue;
      await new Promise(setImmediate);
      turned = now();
    }
    this.#places--;
  }
}
