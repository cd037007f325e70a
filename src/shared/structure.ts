import { inspect } from 'node:util';
import { ArgumentTypeError, expected, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { SharedBytes } from './bytes.js';
import { bytesPerElement, isTypeCode, refuseType, views, type ElementOf, type TypeCode } from './types.js';

/** The names of a structure's fields, each with its type. */
export interface Fields {
  /** What each field holds, by its name: a type code such as 'd', or a structure. */
  readonly [name: string]: Type;
}

/** What a shared value or the elements of a shared array are: a type code, or a structure. */
export type Type = TypeCode | StructureType;

/** A record in shared memory: its fields are read and written there. */
export type RecordOf<F extends Fields> = { -readonly [Name in keyof F]: ContentOf<F[Name]> };

export type ContentOf<T extends Type> = T extends TypeCode
  ? ElementOf<T>
  : T extends StructureType<infer F>
    ? RecordOf<F>
    : never;

/** What such a thing can be set to: of a record, some of its fields; the others are zero. */
export type InitOf<T extends Type> = T extends TypeCode
  ? ElementOf<T>
  : T extends StructureType<infer F>
    ? { readonly [Name in keyof F]?: InitOf<F[Name]> }
    : never;

type RecordClass = new (bytes: SharedBytes, at: number) => object;

/** A type of records; made by `Structure`. */
export class StructureType<F extends Fields = Fields> {
  /** The types of the fields, by their names, in the order in which they lie. */
  readonly fields: F;
  /** Bytes of a record, as a C compiler lays it out. */
  readonly size: number;
  /** Of how many bytes the place of such a structure is a multiple. */
  readonly alignment: number;
  readonly #type: RecordClass;

  /** Made by `Structure`. */
  constructor(fields: F) {
    const places = layOut(fields);
    this.fields = Object.freeze({ ...fields });
    this.alignment = places.alignment;
    this.size = places.size;
    this.#type = recordClass(this, places.offsets);
  }

  /** The record that stands at an offset. */
  at(bytes: SharedBytes, offset: number): RecordOf<F> {
    return new this.#type(bytes, offset) as RecordOf<F>;
  }

  [handle](): [string, F] {
    return ['Structure', this.fields];
  }
}

/**
 * A type of records in shared memory, for `Value`, `Array` and their raw forms: the names of its fields with their types,
 * which are type codes or other structures. It is laid out as the same structure in C.
 *
 * @example
 * const Point = Structure({ x: 'd', y: 'd' });
 * const origin = new Value(Point, { x: 1 });
 * origin.x += 1;                         // 2, for everybody
 * const line = new SharedArray(Point, 100);
 * line[3]!.y = 0.5;
 *
 * @throws {TypeError} ERR_STRUCTURE_FIELDS
 * @throws {ValueError} ERR_STRUCTURE_FIELDS, ERR_TYPE_CODE
 * @see https://docs.python.org/3/library/ctypes.html#ctypes.Structure
 */
export function Structure<const F extends Fields>(fields: F): StructureType<F> {
  return new StructureType(fields);
}

registerHandle('Structure', (fields) => new StructureType(fields as Fields));

registerHandle('Record', (state) => {
  const [type, place, at] = state as [StructureType, [number, number], number];
  return type.at(new SharedBytes(...place), at);
});

/** Names that mean something else in the objects that have a structure's fields. */
const TAKEN = 'acquire acquireSync constructor getLock getObj hold holdSync release toJSON toString'.split(' ');

function layOut(fields: Fields): { offsets: number[]; size: number; alignment: number } {
  if (typeof fields !== 'object' || fields === null || Object.keys(fields).length === 0) {
    throw new ArgumentTypeError('ERR_STRUCTURE_FIELDS', `fields: ${expected('an object of names and types', fields)}`);
  }
  let end = 0;
  let alignment = 1;
  const offsets = Object.entries(fields).map(([name, type]) => {
    if (TAKEN.includes(name) || /^(?:0|[1-9]\d*)$/.test(name))
      throw new ValueError('ERR_STRUCTURE_FIELDS', `a field cannot be named '${name}'`);
    checkType(type);
    const offset = roundUp(end, alignmentOf(type));
    end = offset + sizeOf(type);
    alignment = Math.max(alignment, alignmentOf(type));
    return offset;
  });
  return { offsets, size: roundUp(end, alignment), alignment };
}

function roundUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

export function checkType<T extends Type>(type: T): T {
  return isTypeCode(type) || type instanceof StructureType ? type : refuseType(type, ' or a Structure');
}

export function sizeOf(type: Type): number {
  return typeof type === 'string' ? bytesPerElement(type) : type.size;
}

function alignmentOf(type: Type): number {
  return typeof type === 'string' ? bytesPerElement(type) : type.alignment;
}

/** A class whose objects have the fields; they all have the same shape, and so are as fast as typed arrays. */
function recordClass(structure: StructureType, offsets: readonly number[]): RecordClass {
  class StructureRecord {
    readonly #bytes: SharedBytes;
    readonly #at: number;

    constructor(bytes: SharedBytes, at: number) {
      this.#bytes = bytes;
      this.#at = at;
    }

    static {
      Object.entries(structure.fields).forEach(([name, type], place) => {
        const offset = offsets[place]!;
        const field = typeof type === 'string' ? accessors(type) : nested(type);
        Object.defineProperty(this.prototype, name, {
          enumerable: true,
          get(this: StructureRecord) {
            return field.get(this.#bytes, this.#at + offset);
          },
          set(this: StructureRecord, value: never) {
            field.set(this.#bytes, this.#at + offset, value);
          },
        });
      });
    }

    get [structureOfRecord](): StructureType {
      return structure;
    }

    toJSON(): object {
      return Object.fromEntries(Object.keys(structure.fields).map((name) => [name, Reflect.get(this, name)]));
    }

    [handle](): [string, unknown] {
      return ['Record', [structure, this.#bytes.travel(), this.#at]];
    }

    [inspect.custom](): object {
      return this.toJSON();
    }
  }
  return StructureRecord;
}

const structureOfRecord = Symbol('manyfold.structure');

/** The structure of a record; undefined for what is none. */
export function structureOf(record: object): StructureType | undefined {
  return (record as { [structureOfRecord]?: StructureType })[structureOfRecord];
}

interface Access {
  get(bytes: SharedBytes, at: number): unknown;
  set(bytes: SharedBytes, at: number, value: never): void;
}

function accessors(code: TypeCode): Access {
  const access = views[code];
  return {
    get: ({ view }, at) => access.read(view, at),
    set: ({ view }, at, value) => access.write(view, at, value),
  };
}

function nested(type: StructureType): Access {
  return {
    get: (bytes, at) => type.at(bytes, at),
    set: (bytes, at, value) => fill(type.at(bytes, at), type, value),
  };
}

/** Sets the fields of a record that are given. */
export function fill(record: object, type: StructureType, values: unknown): void {
  if (typeof values !== 'object' || values === null) {
    throw new ArgumentTypeError('ERR_STRUCTURE_INIT', `value: ${expected('an object with the fields', values)}`);
  }
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(type.fields, name))
      throw new ValueError('ERR_STRUCTURE_INIT', `value: the structure has no field '${name}'`);
  }
  for (const name of Object.keys(type.fields)) {
    const value: unknown = Reflect.get(values, name);
    if (value !== undefined) Reflect.set(record, name, value);
  }
}
