import { PicklingError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { self } from '../memory/slots.js';

/** Those that this process has made or inherited. A child finds its own copies here. */
const known = new Map<string, Inherited<unknown>>();

/**
 * A value that forked processes find in the heap they have inherited: sent to one, in a task's function or in its
 * arguments, only its name travels. What `value` is there is what it was when that process was forked; what is done to it
 * later, here or there, stays where it is done. It is kept for as long as this process lives.
 *
 * @example
 * const table = new Inherited(new Map(entries)); // a gigabyte
 * await using pool = new (getContext('fork').Pool)(4); // forked from here on
 * await pool.map((key: string) => table.value.get(key), keys);
 */
export class Inherited<T> {
  readonly #name: string;
  readonly #value: T;

  /** Keeps a value for processes that are forked from this one. */
  constructor(value: T) {
    this.#name = `${self()}.${known.size}`;
    this.#value = value;
    known.set(this.#name, this);
  }

  /** The value, in this process and in those that are forked from it. */
  get value(): T {
    return this.#value;
  }

  [handle](): [string, string] {
    return ['Inherited', this.#name];
  }
}

registerHandle('Inherited', (name) => {
  const inherited = known.get(name as string);
  if (inherited) return inherited;
  throw new PicklingError(
    'ERR_NOT_INHERITED',
    'an Inherited value was sent to a process that was not forked from the one with the value after it was made',
  );
});
