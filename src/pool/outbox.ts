import type { Packed } from '../memory/gathered.js';
import type { Store } from '../channel/store.js';
import type { Errand } from './errand.js';
import { call } from '../memory/waiters.js';
import { isTaskNumber, type Seat } from './seat.js';
import { noteFor, TIMED } from './share.js';

const NOTHING = new Uint8Array();

/** Sends tasks to the workers, and numbers them as the store does that it puts them in. */
export class Outbox {
  readonly #store: Store;
  #number = 0;
  /** The seat of the worker that is most likely to look for the next task: the one that has answered last. */
  latest: Seat | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws {OutOfMemoryError} and nothing has been sent */
  put(errand: Errand, message: Packed): void {
    const { job, kind, options, ticket } = errand;
    ticket.write(job.parcel);
    while (!isTaskNumber(this.#number)) this.#putNumbered(NOTHING, 0, 0);
    errand.number = this.#number;
    this.#putNumbered(
      message,
      ticket.address,
      noteFor(options.timeout === undefined ? kind : kind | TIMED, job.number),
    );
  }

  #putNumbered(message: Packed, tag: number, note: number): void {
    const gaze = this.#store.isEmpty ? this.latest?.gaze : undefined;
    this.#store.lay(message, tag, note);
    if (gaze === undefined || !this.latest!.isLooking(gaze)) call(this.#store.messages);
    // Last: what could not be put, for want of memory, does not count.
    this.#number = (this.#number + 1) | 0;
  }
}
