import { encodeFunction } from '../codec/functions.js';
import { takeBackDepartures } from '../memory/handle.js';
import { free } from '../memory/heap.js';
import { storeParcel } from '../memory/parcel.js';
import { self } from '../memory/slots.js';

/** A function that tasks call, in shared memory: sent once, however many tasks call it. */
export interface Job {
  readonly number: number;
  /** Address of the parcel. */
  readonly parcel: number;
  readonly key: string;
  /** The name of the function. */
  readonly target: string;
  /** Tasks that are under way. */
  uses: number;
}

// Functions that no task calls at the moment, but the next one may.
const KEPT = 64;
// The number shares a word with the kind of a task.
const NUMBERS = 2 ** 27;

export class Jobs {
  readonly #byContent = new Map<string, Job>();
  /** The messages of functions that need not be captured anew for each task. */
  readonly #byMessage = new WeakMap<Uint8Array, Job>();
  #made = 0;

  /**
   * The job of a function, with what the function captures at this moment: the same function with other captured values is
   * another job.
   *
   * @throws {PicklingError} the function cannot travel
   */
  of(target: object): Job {
    const { bytes, isNew } = encodeFunction(target, 'target');
    const known = isNew ? undefined : this.#byMessage.get(bytes);
    if (known !== undefined && this.#byContent.get(known.key) === known) return known;
    const job = this.#ofMessage(bytes, isNew, target);
    this.#byMessage.set(bytes, job);
    return job;
  }

  #ofMessage(bytes: Uint8Array, isNew: boolean, target: object): Job {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const known = this.#byContent.get(key);
    if (known && isNew) takeBackDepartures(); // it has been sent
    return known ?? this.#add(key, bytes, nameOf(target));
  }

  #add(key: string, bytes: Uint8Array, target: string): Job {
    // Before the new one, which is idle as well until its task is under way.
    while (this.#byContent.size >= KEPT && this.#dropIdle());
    const job = {
      number: (this.#made = (this.#made + 1) % NUMBERS),
      parcel: storeParcel(bytes, self()),
      key,
      target,
      uses: 0,
    };
    this.#byContent.set(key, job);
    return job;
  }

  /** False when all of them are in use. */
  #dropIdle(): boolean {
    for (const job of this.#byContent.values()) {
      if (job.uses > 0) continue;
      this.#drop(job);
      return true;
    }
    return false;
  }

  #drop(job: Job): void {
    this.#byContent.delete(job.key);
    free(job.parcel);
  }

  dispose(): void {
    for (const job of this.#byContent.values()) this.#drop(job);
  }
}

function nameOf(target: object): string {
  return (target as { name?: unknown }).name ? String((target as { name: unknown }).name) : '<anonymous>';
}
