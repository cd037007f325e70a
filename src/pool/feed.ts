import type { Engine } from './engine.js';
import type { Errand, Request } from './errand.js';
import { ValueError } from '../errors.js';
import type { Input } from './input.js';

/** Values of one chunk, all of them or what a generator has yielded so far; or its error. */
export interface Arrival {
  readonly values: readonly unknown[];
  /** How many items of the input are done with it. */
  readonly items: number;
  readonly failure?: { readonly error: unknown };
  /** Whose part it is, if more of that task will come. */
  readonly partOf?: Errand | undefined;
}

/** Who gets what comes of a chunk. */
export interface Sink {
  arrive(arrival: Arrival): void;
}

// Once the pool is closed, results that nobody has asked for are kept: of an input whose length nobody knows, so many items.
const KEPT = 10_000;

/** Reads an input chunk by chunk and has them run, as long as there is room for what comes of them. */
export class Feed {
  readonly #engine: Engine;
  readonly #request: Pick<Request, 'job' | 'kind' | 'options'>;
  readonly #input: Input;
  readonly #size: number;
  /** How many chunks may be under way, or done and not yet looked at. */
  readonly #ahead: number;
  readonly #open: () => Sink;
  /** Called when no more is read. */
  readonly #onClose: () => void;
  readonly #more = (): void => void this.feed();
  #held = 0;
  #underWay = 0;
  #start = 0;
  #isFeeding = false;
  #isOver = false;
  #isAsked = false;
  /** What the input has thrown, or why it is read no further. */
  failure: { readonly error: unknown } | undefined;

  constructor(
    engine: Engine,
    request: Pick<Request, 'job' | 'kind' | 'options'>,
    input: Input,
    { size, ahead, open, onClose }: { size: number; ahead: number; open: () => Sink; onClose: () => void },
  ) {
    this.#engine = engine;
    this.#request = request;
    this.#input = input;
    this.#size = size;
    this.#ahead = ahead;
    this.#open = open;
    this.#onClose = onClose;
    request.job.uses++; // also while nothing of it is under way
    engine.openInput(this.#more);
  }

  /** Whether nothing more will come. */
  get isDry(): boolean {
    return this.#isOver && this.#underWay === 0;
  }

  async feed(): Promise<void> {
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    while (!this.#isOver && this.#hasRoom()) {
      const read = this.#input.read(this.#size);
      const { items, failure } = read instanceof Promise ? await read : read;
      if (this.#isOver) break;
      if (items.length > 0) this.#submit(items);
      this.failure = failure;
      // When the pool has failed, every further item would fail the same way.
      if (this.#input.isAtEnd || this.#engine.isBroken) this.close();
    }
    this.#isFeeding = false;
    if (!this.#isOver && this.#isUnread && !this.#isAsked) this.#giveUp();
  }

  /** Somebody asks for results: they will ask for the rest as well, or leave. */
  ask(): void {
    this.#isAsked = true;
  }

  /** What has come of a chunk has been looked at. */
  countRead({ partOf }: Arrival): void {
    if (partOf) this.#engine.countPartRead(partOf);
    else this.#held--;
    void this.feed();
  }

  /** Reads no more. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#input.close();
    this.#request.job.uses--;
    this.#engine.closeInput(this.#more);
    this.#onClose();
  }

  /** Reads no more, and cancels what is under way. */
  cancel(error: unknown): void {
    this.close();
    this.#engine.cancelGroup(this, error);
  }

  #hasRoom(): boolean {
    if (!this.#engine.hurries) return this.#held < this.#ahead;
    return this.#underWay < this.#ahead && !this.#isUnread;
  }

  /** Whether as many results as are kept after a close wait for somebody to ask for them. */
  get #isUnread(): boolean {
    return this.#engine.hurries && this.#input.total === undefined && this.#held * this.#size >= KEPT;
  }

  /** The input may be endless, and those who wait for the pool's end may be the ones who would have to ask. */
  #giveUp(): void {
    const message = `the pool has been closed, and nobody has asked for a result: expected to be asked, or an input of at most ${KEPT} items, unless it says how many it has`;
    this.failure = { error: new ValueError('ERR_POOL_UNREAD', message) };
    this.close();
  }

  #submit(items: readonly unknown[]): void {
    const first = this.#start;
    this.#start += items.length;
    this.#underWay++;
    this.#held++;
    const sink = this.#open();
    let errand: Errand | undefined;
    const settle = (arrival: Arrival): void => {
      this.#underWay--;
      sink.arrive(arrival);
      if (this.#engine.hurries) void this.feed();
    };
    const receiver = {
      done: (values: unknown) => settle({ values: values as unknown[], items: items.length }),
      failed: (error: unknown) => settle({ values: [], items: items.length, failure: { error } }),
      part: (values: readonly unknown[]) => sink.arrive({ values, items: 0, partOf: errand }),
    };
    try {
      errand = this.#engine.submit({ ...this.#request, message: items, receiver, first, group: this });
    } catch (error) {
      receiver.failed(error);
    }
  }
}
