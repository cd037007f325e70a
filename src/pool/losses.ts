import type { Crew, Death } from './crew.js';
import type { Errand } from './errand.js';
import type { Errands } from './errands.js';
import { isTaskNumber } from './seat.js';
import type { Share } from './share.js';

/** Which tasks die with their workers. */
export class Losses {
  readonly #share: Share;
  readonly #crew: Crew;
  readonly #errands: Errands;
  /** Tasks whose workers are being killed for them, by their numbers. */
  readonly #doomed = new Map<number, Errand>();

  constructor(share: Share, crew: Crew, errands: Errands) {
    this.#share = share;
    this.#crew = crew;
    this.#errands = errands;
  }

  /** Kills the worker that has a task in hand, if it still has. See seat.ts for why the kill hits nothing else. */
  killFor(errand: Errand): void {
    if (!this.#errands.has(errand)) return;
    const { worker } = errand.ticket;
    if (!this.#crew.seat(worker).doom(errand.number)) return;
    this.#doomed.set(worker, errand);
    this.#crew.kill(worker);
  }

  /** The task that has died with a worker, when all results that the worker has put have been received. */
  lostBy({ worker, held }: Death): Errand | undefined {
    const doomed = this.#doomed.get(worker);
    this.#doomed.delete(worker);
    const errand = doomed ?? (isTaskNumber(held) ? this.#errands.ofNumber(held) : undefined);
    return errand && this.#isLost(errand, worker) ? errand : undefined;
  }

  /** Whether it has been taken, and nobody who lives has it. */
  #isLost(errand: Errand, worker: number): boolean {
    if (errand.isAnswered || !this.#errands.has(errand) || !this.#share.tasks.wasTaken(errand.number)) return false;
    for (const other of this.#crew.others(worker)) if (this.#crew.seat(other).held === errand.number) return false;
    return true;
  }
}
