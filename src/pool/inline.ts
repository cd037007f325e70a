import { pack } from '../channel/message.js';
import { decode } from '../codec/decode.js';
import { ValueError } from '../errors.js';
import { waitAsync } from '../sync/await.js';
import { beginTask, endTask } from './current-task.js';
import { openLink, type TaskLink } from './task-link.js';
import type { Engine } from './engine.js';
import type { Errand, Request } from './errand.js';
import { Errands } from './errands.js';
import { Fifo } from './fifo.js';
import type { Job } from './jobs.js';
import type { Observer } from './observer.js';
import { asOutcome, type Outcome } from './outcome.js';
import { run } from './perform.js';
import type { Target } from './targets.js';
import { now } from './clock.js';
import { watch } from './watch.js';

interface InlineJob extends Job {
  readonly run: Target;
}

/** Runs the tasks of a pool in this process, one after the other; values are copied as if they had travelled. */
export class Inline implements Engine {
  readonly size = 1;
  readonly workers = 0;
  readonly hurries = false;
  readonly #errands: Errands;
  readonly #observer: Observer;
  readonly #queue = new Fifo<{ readonly errand: Errand; readonly message: Uint8Array }>();
  readonly #inputs = new Set<() => void>();
  #initialize: (() => unknown) | undefined;
  #isRunning = false;
  #isClosing = false;
  #broken: unknown;
  #resolveEnded: () => void = () => {};
  readonly #ended = new Promise<void>((resolve) => (this.#resolveEnded = resolve));

  constructor(observer: Observer, initialize: () => unknown) {
    this.#observer = observer;
    this.#initialize = initialize;
    this.#errands = new Errands(observer, () => this.#lookEnded());
  }

  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  get failure(): unknown {
    return this.#broken;
  }

  count(): { underWay: number; running: number } {
    return { underWay: this.#errands.size, running: this.#isRunning ? 1 : 0 };
  }

  openInput(input: () => void): void {
    this.#inputs.add(input);
  }

  closeInput(input: () => void): void {
    this.#inputs.delete(input);
    this.#lookEnded();
  }

  jobOf(target: object): Job {
    const { name } = target as Target;
    const job: InlineJob = { number: 0, parcel: 0, key: '', target: name, uses: 0, run: target as Target };
    return job;
  }

  submit(request: Request): Errand | undefined {
    const { signal } = request.options;
    if (this.#broken !== undefined || signal?.aborted) {
      request.receiver.failed(this.#broken ?? signal?.reason);
      return undefined;
    }
    const message = pack(request.message).slice();
    const errand = this.#errands.make(request);
    errand.ticket.write(0);
    this.#errands.add(errand);
    errand.unwatch = watch(errand, (error) => this.cancel(errand, error));
    this.#queue.push({ errand, message });
    if (!this.#isRunning) void this.#work();
    return errand;
  }

  cancel(errand: Errand, error: unknown): void {
    if (errand.isCancelled || !this.#errands.has(errand)) return;
    this.#errands.cancel(errand, error);
    if (!errand.ticket.cancel()) errand.ticket.abort();
  }

  cancelGroup(group: object, error: unknown): void {
    for (const errand of this.#errands.of(group)) this.cancel(errand, error);
  }

  cancelQueued(errand: Errand, error: unknown): boolean {
    if (errand.isCancelled || !this.#errands.has(errand) || !errand.ticket.cancel()) return false;
    this.#errands.cancel(errand, error);
    return true;
  }

  isRunning(errand: Errand): boolean {
    return this.#errands.has(errand) && errand.ticket.hasBegun;
  }

  countPartRead(errand: Errand): void {
    if (this.#errands.has(errand)) errand.ticket.countPartRead();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#lookEnded();
    await this.#ended;
  }

  fail(error: unknown): void {
    this.#broken ??= error;
    this.#isClosing = true;
    for (const errand of this.#errands.all()) this.cancel(errand, this.#broken);
    this.#lookEnded();
  }

  ended(): Promise<void> {
    return this.#ended;
  }

  #lookEnded(): void {
    const isIdle = this.#errands.size === 0 && (this.#inputs.size === 0 || this.#broken !== undefined);
    if (!this.#isClosing || !isIdle) return;
    this.#broken ??= new ValueError('ERR_POOL_NOT_RUNNING', 'Pool not running');
    this.#errands.dispose();
    this.#observer.ended();
    this.#resolveEnded();
  }

  async #work(): Promise<void> {
    this.#isRunning = true;
    await new Promise(setImmediate); // as in a worker, nothing runs before the caller goes on
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const { errand, message } = next;
      if (errand.ticket.begin(0, now())) await this.#perform(errand, message);
      else this.#errands.finish(errand, 'cancelled', undefined);
    }
    this.#isRunning = false;
  }

  async #perform(errand: Errand, message: Uint8Array): Promise<void> {
    const { ticket } = errand;
    const started = now();
    beginTask(() => linkOf(errand));
    const outcome = asOutcome(await this.#run(errand, message));
    endTask();
    ticket.took = now() - started;
    const arrived = await decode(outcome.bytes.slice());
    this.#errands.finish(errand, outcome.isDone ? 'done' : 'failed', arrived);
  }

  async #run({ kind, job, receiver, options, ticket }: Errand, message: Uint8Array): Promise<Outcome> {
    let sent = 0;
    const send = async (part: readonly unknown[]): Promise<boolean> => {
      receiver.part?.((await decode(pack(part).slice())) as unknown[]);
      sent++;
      const attempt = (): true | undefined => ticket.isAborted || ticket.partsRead >= sent || undefined;
      await waitAsync({ line: ticket.roomLine, cares: false, attempt });
      return !ticket.isAborted;
    };
    try {
      const initialize = this.#initialize;
      this.#initialize = undefined;
      await initialize?.();
    } catch (error) {
      this.fail(error);
      return { error };
    }
    try {
      const items = (await decode(message)) as unknown[];
      const timer = options.timeout === undefined ? undefined : ticket;
      return { value: await run({ kind, send, timer }, (job as InlineJob).run, items) };
    } catch (error) {
      return { error };
    }
  }
}

function linkOf({ ticket, options }: Errand): TaskLink {
  return openLink(ticket, (value) => options.onReport?.(decode(pack(value).slice())));
}
