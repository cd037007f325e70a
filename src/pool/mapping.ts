import type { Receiver, Request } from './errand.js';
import type { Input, Portion } from './input.js';
import type { MapOptions } from './options.js';
import { track, type Tracker } from './progress.js';
import type { Engine } from './engine.js';

// Tasks that are under way at a time: enough to keep every worker busy, few enough to be no burden.
const WINDOW = 1024;

// Of an input whose length nobody knows, so many items are read before the size of the chunks is settled.
const FORESEEN = 10_000;

/** As CPython's: four chunks for each worker. */
export function defaultChunksize(items: number, workers: number): number {
  return Math.max(1, Math.ceil(items / (workers * 4)));
}

/** One call of `map`: resolves with all results in the order of the items, or rejects with the first error. */
export class Mapping {
  readonly promise: Promise<unknown[]>;
  readonly #engine: Engine;
  readonly #request: Pick<Request, 'job' | 'kind' | 'options'>;
  readonly #input: Input;
  readonly #tracker: Tracker;
  readonly #signal: AbortSignal | undefined;
  readonly #results: unknown[];
  readonly #onAbort = (): void => this.#cancel(this.#signal!.reason);
  #size: number;
  #ahead: readonly unknown[] = [];
  #start = 0;
  #underWay = 0;
  #isFeeding = false;
  #isOpen = true;
  #failure: { readonly error: unknown } | undefined;
  #resolve!: (results: unknown[]) => void;
  #reject!: (error: unknown) => void;

  constructor(engine: Engine, target: object, kind: number, input: Input, options: MapOptions) {
    const { signal, chunksize, progress, ...rest } = options;
    this.#engine = engine;
    this.#request = { job: engine.jobOf(target), kind, options: rest };
    this.#input = input;
    this.#signal = signal;
    this.#tracker = track(progress, input.total);
    this.#results = new Array<unknown>(input.total ?? 0);
    this.#size = chunksize ?? (input.total === undefined ? 0 : defaultChunksize(input.total, engine.size));
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#request.job.uses++; // also while nothing of it is under way
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
    else this.#feed();
  }

  /** Called also from within itself, for a task that fails at once. */
  #feed(): void {
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    while (this.#isOpen && this.#underWay < WINDOW && !(this.#input.isAtEnd && this.#ahead.length === 0)) {
      const portion = this.#read();
      if (portion instanceof Promise) return void this.#feedLater(portion);
      this.#take(portion);
    }
    this.#isFeeding = false;
    if (this.#underWay === 0) this.#end();
  }

  async #feedLater(portion: Promise<Portion>): Promise<void> {
    this.#take(await portion);
    this.#isFeeding = false;
    this.#feed();
  }

  #read(): Portion | Promise<Portion> {
    if (this.#size === 0) return this.#input.read(FORESEEN);
    if (this.#ahead.length === 0) return this.#input.read(this.#size);
    const items = this.#ahead.slice(0, this.#size);
    this.#ahead = this.#ahead.slice(this.#size);
    return { items };
  }

  #take({ items, failure }: Portion): void {
    if (!this.#isOpen) return;
    // What the input throws is the caller's own mistake: nothing that could still be done would be of use.
    if (failure) return this.#cancel(failure.error);
    if (this.#size === 0) {
      this.#ahead = items;
      this.#size = defaultChunksize(items.length, this.#engine.size);
    } else if (items.length > 0) this.#submit(items);
  }

  #submit(items: readonly unknown[]): void {
    const receiver = new Chunk(this, this.#start, items.length);
    const { job, kind, options } = this.#request;
    this.#start += items.length;
    this.#underWay++;
    try {
      this.#engine.submit({ job, kind, message: items, receiver, options, first: receiver.first, group: this });
    } catch (error) {
      receiver.failed(error);
    }
  }

  /** Of a chunk: its results, or its error. */
  settle({ first, length }: Chunk, values: readonly unknown[], failure: { readonly error: unknown } | undefined): void {
    for (let place = 0; place < values.length; place++) this.#results[first + place] = values[place];
    this.#failure ??= failure;
    this.#underWay--;
    if (!this.#isOpen) return;
    this.#tracker.add(length);
    this.#feed();
  }

  #cancel(error: unknown): void {
    this.#failure = { error };
    this.#input.close();
    this.#ahead = [];
    this.#end();
    this.#engine.cancelGroup(this, error);
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#request.job.uses--;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#tracker.end();
    if (this.#failure) this.#reject(this.#failure.error);
    else this.#resolve(this.#results);
  }
}

/** Items that are one task. */
class Chunk implements Receiver {
  readonly first: number;
  readonly length: number;
  readonly #mapping: Mapping;

  constructor(mapping: Mapping, first: number, length: number) {
    this.#mapping = mapping;
    this.first = first;
    this.length = length;
  }

  done(values: unknown): void {
    this.#mapping.settle(this, values as unknown[], undefined);
  }

  failed(error: unknown): void {
    this.#mapping.settle(this, [], { error });
  }
}
