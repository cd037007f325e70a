import { MAP } from './share.js';
import type { Scheduler } from './scheduler.js';

/** Chunks under way, or done and not yet asked for: the input is read no further than that. */
const AHEAD_PER_WORKER = 8;

type Arrival = { readonly values: readonly unknown[] } | { readonly error: unknown };

const END = { value: undefined, done: true } as const;

/**
 * The results of a function for items of any number, as they come. Reads the items as results are asked for; once the
 * pool is closed, it reads them to the end, since then nobody may ask before all is done.
 */
export class ResultStream<R> implements AsyncIterableIterator<R> {
  readonly #scheduler: Scheduler;
  readonly #target: object;
  readonly #items: Iterator<unknown>;
  readonly #size: number;
  readonly #arrivals: Arrival[] = [];
  readonly #read = (): void => this.#feed();
  #ready: { readonly values: readonly unknown[]; next: number } = { values: [], next: 0 };
  #underWay = 0;
  #exhausted = false;
  #returned = false;
  /** What the input has thrown; told behind the results of the items before it. */
  #failure: { readonly error: unknown } | undefined;
  /** Those who wait for a result. */
  #asking: (() => void)[] = [];

  constructor(scheduler: Scheduler, target: object, items: Iterable<unknown>, size: number) {
    this.#scheduler = scheduler;
    this.#target = target;
    this.#items = items[Symbol.iterator]();
    this.#size = size;
    scheduler.openInput(this.#read);
    this.#feed();
  }

  async next(): Promise<IteratorResult<R, undefined>> {
    while (!this.#returned) {
      if (this.#ready.next < this.#ready.values.length)
        return { value: this.#ready.values[this.#ready.next++] as R, done: false };
      const arrival = this.#arrivals.shift();
      this.#feed();
      if (arrival === undefined) {
        if (this.#arrivals.length > 0) continue;
        if (this.#underWay === 0) return this.#end();
        await new Promise<void>((resolve) => this.#asking.push(resolve));
      } else if ('error' in arrival) {
        throw arrival.error;
      } else {
        this.#ready = { values: arrival.values, next: 0 };
      }
    }
    return END;
  }

  #end(): IteratorResult<R, undefined> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
    return END;
  }

  /** Asks for no more; what is under way is run and thrown away. */
  async return(): Promise<IteratorResult<R, undefined>> {
    this.#returned = true;
    this.#closeInput();
    this.#wake();
    return END;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #feed(): void {
    while (!this.#exhausted && this.#hasRoom()) {
      const chunk = this.#nextChunk();
      if (chunk.length > 0) this.#submit(chunk);
    }
  }

  #hasRoom(): boolean {
    const waiting = this.#scheduler.hurries ? 0 : this.#arrivals.length;
    return this.#underWay + waiting < Math.max(1, this.#scheduler.size) * AHEAD_PER_WORKER;
  }

  #submit(chunk: readonly unknown[]): void {
    this.#underWay++;
    const settle = {
      done: (values: unknown) => this.#arrive({ values: values as unknown[] }),
      failed: (error: unknown) => this.#arrive({ error }),
    };
    try {
      this.#scheduler.submit(this.#scheduler.jobOf(this.#target), MAP, chunk, settle);
    } catch (error) {
      this.#arrive({ error });
    }
    // Every further item would fail the same way.
    if (this.#scheduler.isBroken) this.#closeInput();
  }

  #nextChunk(): unknown[] {
    const chunk: unknown[] = [];
    try {
      while (chunk.length < this.#size && !this.#exhausted) {
        const { value, done } = this.#items.next();
        if (done) this.#exhaust();
        else chunk.push(value);
      }
    } catch (error) {
      this.#failure = { error };
      this.#exhaust();
    }
    return chunk;
  }

  #closeInput(): void {
    if (this.#exhausted) return;
    this.#exhaust();
    this.#items.return?.();
  }

  #exhaust(): void {
    this.#exhausted = true;
    this.#scheduler.closeInput(this.#read);
  }

  #arrive(arrival: Arrival): void {
    this.#underWay--;
    this.#arrivals.push(arrival);
    this.#wake();
    if (this.#scheduler.hurries) this.#feed();
  }

  #wake(): void {
    const asking = this.#asking;
    this.#asking = [];
    for (const wake of asking) wake();
  }
}
