import { allocate, blockBytes } from '../memory/heap.js';
import { handle, registerHandle } from '../memory/handle.js';
import { Lock } from '../sync/lock.js';
import {
  bytesPerElement,
  checkTypeCode,
  elementsOver,
  type ElementOf,
  type ElementsOf,
  type TypeCode,
} from './types.js';

/** The lock comes first, in a space that keeps the data aligned. */
const LOCK_BYTES = 16;

/**
 * A number in shared memory. Reading and writing it are plain memory accesses; what must not be interrupted, such as
 * `+= 1`, goes under its lock.
 *
 * @example
 * const counter = new Value('i', 0);
 * const work = () => {
 *   using held = counter.getLock().holdSync();
 *   counter.value += 1;
 * };
 *
 * @throws {ValueError} ERR_TYPE_CODE
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Value
 */
export class Value<Code extends TypeCode = TypeCode> {
  readonly #code: Code;
  readonly #address: number;
  readonly #cell: ElementsOf<Code>;
  readonly #lock: Lock;

  constructor(code: Code, value?: ElementOf<Code>, at?: { readonly address: number }) {
    this.#code = checkTypeCode(code) as Code;
    this.#address = at?.address ?? allocate(LOCK_BYTES + bytesPerElement(code));
    this.#cell = elementsOver(code, blockBytes(this.#address).subarray(LOCK_BYTES), 1);
    this.#lock = new Lock({}, { address: this.#address });
    if (value !== undefined) this.#cell[0] = value;
  }

  get value(): ElementOf<Code> {
    return this.#cell[0]!;
  }

  set value(value: ElementOf<Code>) {
    this.#cell[0] = value;
  }

  /** The lock that guards it. */
  getLock(): Lock {
    return this.#lock;
  }

  [handle](): [string, unknown] {
    return ['Value', [this.#code, this.#address]];
  }
}

registerHandle('Value', (state) => {
  const [code, address] = state as [TypeCode, number];
  return new Value(code, undefined, { address });
});
