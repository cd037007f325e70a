import { handle, registerHandle } from '../memory/handle.js';
import { allocate, free } from '../memory/heap.js';
import { cellAt, type Cell } from '../memory/program.js';
import { Store } from '../channel/store.js';

/**
 * What a pool and its workers share: one store of tasks from which every worker helps itself, one store of results, and
 * for each worker a word, its *hand*, in which the number of the task it has stands, or EMPTY.
 *
 *   pool                          tasks                  worker
 *   numbers a task, puts it  -->  (note: job)      -->   writes the number into its hand, takes it
 *                                                        looks up the job's function, runs it
 *   settles the task         <--  results          <--   puts the result (tag: number, note: outcome)
 *                                                        empties its hand
 *
 * When a worker dies, every result it has put is there; and the number in its hand, if no result has come for it and no
 * living worker has it, names the task that died with it.
 */
export const EMPTY = -1;
/** In the hand of a worker that has not come to its first task. */
export const UNREADY = -2;
const WORD = 4;

/** The kind of a task, the low bits of its note; above them stands the number of its job, whose parcel is its tag. */
export const APPLY = 0; // the message is a list of arguments
export const MAP = 1; // the message is a list of items
export const STOP = 2; // the worker that takes it ends

const KIND_BITS = 2;

export function noteFor(kind: number, job: number): number {
  return (job << KIND_BITS) | kind;
}

export function kindOf(note: number): number {
  return note & (2 ** KIND_BITS - 1);
}

export function jobOf(note: number): number {
  return note >> KIND_BITS;
}

/** What the note of a result says. */
export const DONE = 0;
export const FAILED = 1;
export const BROKEN = 2; // the worker's initializer failed; the tag is the worker's number

export class Share {
  readonly tasks: Store;
  readonly results: Store;
  private readonly hands: number;
  private readonly size: number;

  constructor(tasks: number, results: number, hands: number, size: number) {
    this.tasks = new Store(tasks);
    this.results = new Store(results);
    this.hands = hands;
    this.size = size;
  }

  static create(workers: number): Share {
    const hands = allocate(workers * WORD);
    const share = new Share(Store.create(0).address, Store.create(0).address, hands, workers);
    for (let worker = 0; worker < workers; worker++) share.expect(worker);
    return share;
  }

  hand(worker: number): Cell {
    return cellAt(this.hands + worker);
  }

  empty(worker: number): void {
    const { words, index } = this.hand(worker);
    Atomics.store(words, index, EMPTY);
  }

  /** Makes the hand ready for a worker that is to be started. */
  expect(worker: number): void {
    const { words, index } = this.hand(worker);
    Atomics.store(words, index, UNREADY);
  }

  held(worker: number): number {
    const { words, index } = this.hand(worker);
    return Atomics.load(words, index);
  }

  dispose(): void {
    this.tasks.dispose();
    this.results.dispose();
    free(this.hands);
  }

  [handle](): [string, unknown] {
    return ['PoolShare', [this.tasks.address, this.results.address, this.hands, this.size]];
  }
}

registerHandle('PoolShare', (state) => new Share(...(state as [number, number, number, number])));
