import { MAP } from './share.js';
import type { Scheduler } from './scheduler.js';

/** Chunks under way, or done and not yet asked for: the input is read no further than that. */
const AHEAD_PER_WORKER = 8;

type Arrival = { readonly values: readonly unknown[] } | { readonly error: unknown };

/** The results of a function for items of any number, as they come. Reads the items as results are asked for. */
export class ResultStream<R> implements AsyncIterableIterator<R> {
  readonly #scheduler: Scheduler;
  readonly #target: object;
  readonly #items: Iterator<unknown>;
  readonly #size: number;
  readonly #arrivals: Arrival[] = [];
  #ready: { readonly values: readonly unknown[]; next: number } = { values: [], next: 0 };
  #underWay = 0;
  #exhausted = false;
  #wake: (() => void) | undefined;

  constructor(scheduler: Scheduler, target: object, items: Iterable<unknown>, size: number) {
    this.#scheduler = scheduler;
    this.#target = target;
    this.#items = items[Symbol.iterator]();
    this.#size = size;
    this.#feed();
  }

  async next(): Promise<IteratorResult<R, undefined>> {
    for (;;) {
      if (this.#ready.next < this.#ready.values.length) return { value: this.#ready.values[this.#ready.next++] as R, done: false };
      const arrival = this.#arrivals.shift();
      this.#feed();
      if (arrival === undefined) {
        if (this.#underWay === 0 && this.#arrivals.length === 0) return { value: undefined, done: true };
        if (this.#arrivals.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      } else if ('error' in arrival) {
        throw arrival.error;
      } else {
        this.#ready = { values: arrival.values, next: 0 };
      }
    }
  }

  /** Asks for no more; what is under way is run and thrown away. */
  async return(): Promise<IteratorResult<R, undefined>> {
    this.#exhausted = true;
    this.#items.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #feed(): void {
    const ahead = Math.max(1, this.#scheduler.size) * AHEAD_PER_WORKER;
    while (!this.#exhausted && this.#underWay + this.#arrivals.length < ahead) {
      const chunk = this.#nextChunk();
      if (chunk.length === 0) return;
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
    }
  }

  #nextChunk(): unknown[] {
    const chunk: unknown[] = [];
    while (chunk.length < this.#size) {
      const { value, done } = this.#items.next();
      if (done) {
        this.#exhausted = true;
        break;
      }
      chunk.push(value);
    }
    return chunk;
  }

  #arrive(arrival: Arrival): void {
    this.#underWay--;
    this.#arrivals.push(arrival);
    this.#wake?.();
    this.#wake = undefined;
  }
}
