import { TimeoutError } from '../errors.js';
import { patience, type WaitOptions } from '../sync/options.js';
import type { Engine } from './engine.js';
import { Feed, type Arrival, type Sink } from './feed.js';
import { Fifo } from './fifo.js';
import type { Input } from './input.js';
import type { ImapOptions } from './options.js';
import { track, type Tracker } from './progress.js';

/** Chunks under way, or done and not yet asked for: the input is read no further than that. */
const AHEAD_PER_WORKER = 8;

const END = { value: undefined, done: true } as const;

/** What has come of one chunk, in the order of the input. */
class Entry implements Sink {
  readonly arrivals = new Fifo<Arrival>();
  isEnded = false;
  readonly #onArrival: (arrival: Arrival) => void;

  constructor(onArrival: (arrival: Arrival) => void) {
    this.#onArrival = onArrival;
  }

  arrive(arrival: Arrival): void {
    this.arrivals.push(arrival);
    if (arrival.partOf === undefined) this.isEnded = true;
    this.#onArrival(arrival);
  }
}

/** The results of `imap` and `imapUnordered`. */
export interface Results<R> extends AsyncIterableIterator<R> {
  /**
   * The next result. A failed item throws in its place; the one after it can still be asked for.
   *
   * @throws {TimeoutError} ERR_TIMED_OUT: it was not there within `timeout` milliseconds, and can be asked for again
   */
  next(options?: Pick<WaitOptions, 'timeout'>): Promise<IteratorResult<R, undefined>>;
  /** Asks for no more: what is under way is cancelled. */
  return(): Promise<IteratorResult<R, undefined>>;
  /** For `for await`. */
  [Symbol.asyncIterator](): this;
}

/**
 * The results of a function for items of any number, as they come or in order. Reads the items as results are asked for;
 * once the pool is closed, it reads on, since then nobody may ask before all is done.
 */
export class ResultStream<R> implements Results<R> {
  readonly #feed: Feed;
  readonly #tracker: Tracker;
  readonly #signal: AbortSignal | undefined;
  /** In order: a chunk leaves the line when all of it has been taken. */
  readonly #line = new Fifo<Entry>();
  /** As they come. */
  readonly #arrivals = new Fifo<Arrival>();
  readonly #unordered: Sink = {
    arrive: (arrival) => {
      this.#arrivals.push(arrival);
      this.#arrive(arrival);
    },
  };
  readonly #onAbort = (): void => this.#cancel(this.#signal!.reason);
  #ready: { readonly values: readonly unknown[]; next: number } = { values: [], next: 0 };
  /** Set when the caller wants no more: nothing that still comes is of any use. */
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  /** Those who wait for a result. */
  #asking: (() => void)[] = [];

  constructor(engine: Engine, target: object, input: Input, options: ImapOptions, kind: number, isOrdered = true) {
    const { signal, chunksize = 1, buffersize, progress, ...rest } = options;
    const size = buffersize === undefined ? chunksize : Math.min(chunksize, buffersize);
    const ahead = buffersize === undefined ? engine.size * AHEAD_PER_WORKER : Math.floor(buffersize / size);
    const request = { job: engine.jobOf(target), kind, options: rest };
    this.#tracker = track(progress, input.total);
    this.#signal = signal;
    const open = isOrdered ? () => this.#openEntry() : () => this.#unordered;
    this.#feed = new Feed(engine, request, input, { size, ahead, open, onClose: () => this.#wake() });
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
    else void this.#feed.feed();
  }

  async next({ timeout }: Pick<WaitOptions, 'timeout'> = {}): Promise<IteratorResult<R, undefined>> {
    const deadline = timeout === undefined ? Infinity : performance.now() + patience({ timeout });
    this.#feed.ask();
    for (;;) {
      if (this.#ready.next < this.#ready.values.length)
        return { value: this.#ready.values[this.#ready.next++] as R, done: false };
      const arrival = this.#shift();
      if (arrival) this.#take(arrival);
      else if (this.#isOver || this.#feed.isDry) return this.#finish();
      else if (!(await this.#arrival(deadline)))
        throw new TimeoutError('ERR_TIMED_OUT', `no result within ${timeout} ms`);
    }
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    if (!this.#isOver) this.#cancel(new DOMException('nobody asks for the results any more', 'AbortError'));
    this.#failure = undefined;
    return END;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #openEntry(): Entry {
    const entry = new Entry(this.#arrive);
    this.#line.push(entry);
    return entry;
  }

  readonly #arrive = (arrival: Arrival): void => {
    if (this.#isOver) return;
    this.#tracker.add(arrival.items);
    this.#wake();
  };

  /** What comes next, if it is there. */
  #shift(): Arrival | undefined {
    for (let entry = this.#line.first; entry; entry = this.#line.first) {
      const arrival = entry.arrivals.shift();
      if (arrival || !entry.isEnded) return arrival;
      this.#line.shift();
    }
    return this.#arrivals.shift();
  }

  #take(arrival: Arrival): void {
    this.#ready = { values: arrival.values, next: 0 };
    this.#feed.countRead(arrival);
    if (arrival.failure) throw arrival.failure.error;
  }

  #cancel(error: unknown): void {
    this.#isOver = true;
    this.#failure = { error };
    this.#ready = { values: [], next: 0 };
    this.#feed.cancel(error);
    this.#close();
    this.#wake();
  }

  #finish(): IteratorResult<R, undefined> {
    const failure = this.#failure ?? this.#feed.failure;
    this.#failure = undefined;
    this.#feed.failure = undefined;
    this.#close();
    if (failure) throw failure.error;
    return END;
  }

  #close(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#tracker.end();
  }

  /** Resolves when something may have come, with false when it took too long. */
  #arrival(deadline: number): Promise<boolean> {
    return new Promise((resolve) => {
      const left = deadline - performance.now();
      const timer = deadline === Infinity ? undefined : setTimeout(() => resolve(false), Math.max(0, Math.ceil(left)));
      this.#asking.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #wake(): void {
    const asking = this.#asking;
    this.#asking = [];
    for (const wake of asking) wake();
  }
}
