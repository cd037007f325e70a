import { handle, registerHandle } from '../memory/handle.js';
import { Store } from '../channel/store.js';

/**
 * What a pool and its workers share: one store of tasks from which every worker helps itself, one store of results, a
 * *seat* for each worker (seat.ts), and a *ticket* for each task (ticket.ts).
 *
 *   pool                          tasks                  worker
 *   writes a ticket, puts it -->  (tag: ticket,   -->    writes the task's number into its hand, takes it
 *                                  note: job)            marks the ticket, looks up the job's function, runs it
 *   settles the task         <--  results          <--   puts the result (tag: ticket, note: outcome)
 *                                                        empties its hand
 *
 * When a worker dies, every result it has put is there; and the number in its hand, if no result has come for it and no
 * living worker has it, names the task that died with it.
 */

/** The kind of a task, the low bits of its note; above them stands the number of its job. */
export const APPLY = 0; // the message is a list of arguments
export const MAP = 1; // the message is a list of items
export const STARMAP = 2; // the message is a list of lists of arguments
export const STREAM = 3; // a list of items; what a call yields is sent as it comes
export const STARSTREAM = 4; // a list of lists of arguments, likewise
/** Set in the kind of a task whose items are timed one by one. */
export const TIMED = 8;

const KIND_BITS = 4;

export function noteFor(kind: number, job: number): number {
  return (job << KIND_BITS) | kind;
}

export function kindOf(note: number): number {
  return note & (TIMED - 1);
}

export function isTimed(note: number): boolean {
  return (note & TIMED) !== 0;
}

export function jobOf(note: number): number {
  return note >> KIND_BITS;
}

/** What the note of a result says. Its tag is the task's ticket; from BROKEN on, the seat of the worker. */
export const DONE = 0;
export const FAILED = 1;
export const SKIPPED = 2; // the task had been cancelled before it was taken
export const PART = 3; // values that a task has yielded; more will come
export const REPORT = 4; // what a task tells while it runs
export const BROKEN = 5; // the worker's initializer failed
export const READY = 6; // it could take a task, but has not been told to
export const RETIRING = 7; // it will end soon; a successor may be started
export const LEFT = 8; // it takes no more tasks, and is about to end

export class Share {
  readonly tasks: Store;
  readonly results: Store;

  constructor(tasks = Store.create(0), results = Store.create(0)) {
    this.tasks = tasks;
    this.results = results;
  }

  dispose(): void {
    this.tasks.dispose();
    this.results.dispose();
  }

  [handle](): [string, unknown] {
    return ['PoolShare', [this.tasks.address, this.results.address]];
  }
}

registerHandle('PoolShare', (state) => {
  const [tasks, results] = state as [number, number];
  return new Share(new Store(tasks), new Store(results));
});
