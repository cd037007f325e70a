import { inspect } from 'node:util';
import { blockBytes } from '../memory/heap.js';
import { handle, registerHandle } from '../memory/handle.js';
import { attach, mention } from '../memory/holdings.js';
import { createObject } from '../memory/objects.js';
import { SharedBytes } from './bytes.js';
import { checkType, fill, StructureType, type InitOf, type RecordOf, type Type } from './structure.js';
import { arrayType, bytesPerElement, type ElementOf, type ElementsOf, type TypeCode } from './types.js';

/** A number in shared memory. */
export class RawScalar<Code extends TypeCode = TypeCode> {
  readonly #code: Code;
  readonly #address: number;
  readonly #cell: ElementsOf<Code>;

  constructor(code: Code, address: number) {
    this.#code = code;
    this.#address = address;
    // A part of a large view, which is quicker to make than a buffer of its own: nobody gets it to keep.
    const { buffer, byteOffset } = blockBytes(address);
    this.#cell = new (arrayType(code))(buffer, byteOffset, 1);
    attach(this, address);
  }

  static create<Code extends TypeCode>(code: Code): RawScalar<Code> {
    return new RawScalar(code, createObject(bytesPerElement(code)));
  }

  get code(): Code {
    return this.#code;
  }

  get value(): ElementOf<Code> {
    return this.#cell[0]!;
  }

  set value(value: ElementOf<Code>) {
    this.#cell[0] = value;
  }

  [inspect.custom](): object {
    return { value: this.value };
  }

  [handle](): [string, unknown] {
    mention(this, this.#address);
    return ['RawValue', [this.#code, this.#address]];
  }
}

registerHandle('RawValue', (state) => new RawScalar(...(state as [TypeCode, number])));

/** Of a type code an object with `value`, of a structure one with its fields. */
export type RawValue<T extends Type = Type> = T extends TypeCode
  ? { value: ElementOf<T> }
  : T extends StructureType<infer F>
    ? RecordOf<F>
    : never;

export interface RawValueConstructor {
  /**
   * A number or a record in shared memory, without a lock: for data that only one process writes, or that something else
   * guards. Zero at first.
   *
   * @example
   * const progress = new RawValue('i', 0);
   * await new Process({ target: () => { progress.value = 100; } }).start();
   *
   * @throws {ValueError} ERR_TYPE_CODE, ERR_STRUCTURE_INIT
   * @throws {TypeError} ERR_STRUCTURE_INIT, or a number where the type has bigints, and the other way round
   * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.sharedctypes.RawValue
   */
  new <const T extends Type>(type: T, value?: InitOf<T>): RawValue<T>;
}

export function makeRawValue(type: Type, value: unknown): object {
  checkType(type);
  if (type instanceof StructureType) {
    const record = type.at(SharedBytes.create(type.size), 0);
    if (value !== undefined) fill(record, type, value);
    return record;
  }
  const scalar = RawScalar.create(type);
  if (value !== undefined) scalar.value = value as never;
  return scalar;
}

// A function and not a class: what it makes are objects of several classes.
export const RawValue = function (type: Type, value: unknown) {
  return makeRawValue(type, value);
} as unknown as RawValueConstructor;
