import type { Death } from './crew.js';
import type { Errand } from './errand.js';
import type { End } from './errands.js';

/** What happens in a pool, for those who look on: its statistics, its trace, `diagnostics_channel`. */
export interface Observer {
  queued(errand: Errand): void;
  /** `errand.ticket` says when it began and how long it took, unless it was cancelled or its worker crashed. */
  settled(errand: Errand, end: End): void;
  workerStarted(worker: number, name: string, pid: number): void;
  workerEnded(death: Death): void;
  /** The pool has ended. */
  ended(): void;
}

export class Observers implements Observer {
  readonly #all: readonly Observer[];

  constructor(all: readonly Observer[]) {
    this.#all = all;
  }

  queued(errand: Errand): void {
    for (const each of this.#all) each.queued(errand);
  }

  settled(errand: Errand, end: End): void {
    for (const each of this.#all) each.settled(errand, end);
  }

  workerStarted(worker: number, name: string, pid: number): void {
    for (const each of this.#all) each.workerStarted(worker, name, pid);
  }

  workerEnded(death: Death): void {
    for (const each of this.#all) each.workerEnded(death);
  }

  ended(): void {
    for (const each of this.#all) each.ended();
  }
}
