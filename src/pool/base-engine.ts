import type { Engine } from './engine.js';
import type { Errand, Request } from './errand.js';
import { Errands } from './errands.js';
import type { Job } from './jobs.js';
import type { Observer } from './observer.js';

/** What all engines do alike: they know their tasks and the inputs these come from, and what they have failed with. */
export abstract class BaseEngine implements Engine {
  abstract readonly size: number;
  abstract readonly workers: number;
  protected readonly errands: Errands;
  /** The first failure that ends everything. */
  protected broken: unknown;
  /** Inputs that are read as results are asked for, and are not at their end yet. */
  readonly #inputs = new Set<() => void>();
  #hurries = false;

  constructor(observer: Observer) {
    this.errands = new Errands(observer, () => this.lookIdle());
  }

  get isBroken(): boolean {
    return this.broken !== undefined;
  }

  get failure(): unknown {
    return this.broken;
  }

  get hurries(): boolean {
    return this.#hurries;
  }

  abstract count(): { underWay: number; running: number };
  abstract jobOf(target: object): Job;
  abstract submit(request: Request): Errand | undefined;
  abstract cancel(errand: Errand, error: unknown): void;
  abstract close(): Promise<void>;
  abstract fail(error: unknown, graceMs?: number): void;
  abstract ended(): Promise<void>;

  openInput(input: () => void): void {
    this.#inputs.add(input);
  }

  closeInput(input: () => void): void {
    this.#inputs.delete(input);
    this.lookIdle();
  }

  cancelGroup(group: object, error: unknown): void {
    for (const errand of this.errands.of(group)) this.cancel(errand, error);
  }

  cancelQueued(errand: Errand, error: unknown): boolean {
    if (errand.isCancelled || !this.errands.has(errand) || !errand.ticket.cancel()) return false;
    this.errands.cancel(errand, error);
    return true;
  }

  isRunning(errand: Errand): boolean {
    return this.errands.has(errand) && errand.ticket.hasBegun;
  }

  countPartRead(errand: Errand): void {
    if (this.errands.has(errand)) errand.ticket.countPartRead();
  }

  /** Why a task cannot be had run, if so. */
  protected refusal({ options: { signal } }: Request): { readonly error: unknown } | undefined {
    if (this.isBroken) return { error: this.broken };
    return signal?.aborted ? { error: signal.reason as unknown } : undefined;
  }

  /** Has the inputs read on. */
  protected hurry(): void {
    this.#hurries = true;
    for (const readOn of this.#inputs) readOn();
  }

  protected get isIdle(): boolean {
    return this.errands.size === 0 && this.#inputs.size === 0;
  }

  /** Called when it may have become idle. */
  protected abstract lookIdle(): void;
}
