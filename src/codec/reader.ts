import { revive } from '../memory/handle.js';
import { readArray, readIntegers, readNumbers } from './arrays.js';
import { readError } from './failures.js';
import { corrupt, type Input } from './input.js';
import { cannotLend, Held, Lent, readBuffer, readResizable, readView, unfinished } from './memory.js';
import { define, readKeys, type Keys } from './records.js';
import * as wire from './wire.js';

/** Reads one message of plain data. */
export class Reader {
  readonly input: Input;
  /** Whether large buffers may stay where they are. */
  readonly lend: boolean;
  readonly #abroad: boolean;
  /** With room for a few: an empty array would grow to more than that with its first element. */
  readonly #objects: unknown[] = [undefined, undefined, undefined, undefined];
  #count = 0;
  readonly #shapes: Keys[] = [];
  #depth = 0;
  #claimed = 0;

  /** @param abroad whether the message comes from another program, which has no say over this one's memory */
  constructor(input: Input, lend: boolean, abroad = false) {
    this.input = input;
    this.lend = lend;
    this.#abroad = abroad;
  }

  /** Numbers an object; to be called when it begins, as the writer did. */
  add(object: unknown): number {
    this.#objects[this.#count] = object;
    return this.#count++;
  }

  replace(number: number, object: unknown): void {
    this.#objects[number] = object;
  }

  /** The n-th object of the message, or what stands for it. */
  object(number: number): unknown {
    if (number >= this.#count) throw corrupt('a reference leads nowhere');
    return this.#objects[number];
  }

  /**
   * Whether an array may have its room at once. Elements take a byte at least, unless the array is sparse; so what all
   * arrays together claim is no more than the message is long. One that claims more gets room only as elements come.
   */
  claim(length: number): boolean {
    this.#claimed += length;
    return this.#claimed <= this.input.end;
  }

  value(): unknown {
    const { input } = this;
    const tag = input.byte();
    if (tag < wire.SMALL_INT_END) return tag;
    if (tag < wire.SHORT_STRING_END) return input.latin1(tag - wire.SHORT_STRING);
    if (tag >= wire.REFERENCE || (tag >= wire.SHORT_SHAPE && tag < wire.SHORT_ARRAY_END)) return this.#nested(tag);
    switch (tag) {
      case wire.UNDEFINED:
        return undefined;
      case wire.NULL:
        return null;
      case wire.FALSE:
        return false;
      case wire.TRUE:
        return true;
      case wire.INT8:
        return input.int8();
      case wire.INT16:
        return input.int16();
      case wire.INT32:
        return input.int32();
      case wire.FLOAT64:
        return input.float64();
      case wire.INT64:
        return input.int64();
      case wire.BIGINT:
        return input.bigint();
      case wire.LATIN1:
        return input.latin1(input.countOf(1));
      default:
        return input.utf16(input.countOf(2));
    }
  }

  #nested(tag: number): unknown {
    if (++this.#depth > wire.MAX_DEPTH) throw corrupt('it is nested too deeply');
    const object = this.#object(tag);
    this.#depth--;
    return object;
  }

  #object(tag: number): unknown {
    if (tag < wire.SHORT_SHAPE_END) return this.#record(this.#shapes[tag - wire.SHORT_SHAPE]);
    const { input } = this;
    if (tag < wire.SHORT_ARRAY_END) return readArray(this, input, tag - wire.SHORT_ARRAY);
    switch (tag) {
      case wire.REFERENCE:
        return this.#reference(input.count());
      case wire.NEW_SHAPE:
        return this.#newShape();
      case wire.SHAPE:
        return this.#record(this.#shapes[input.count()]);
      case wire.DICTIONARY:
        return this.#dictionary({});
      case wire.BARE_DICTIONARY:
        return this.#dictionary(Object.create(null) as object);
      case wire.ARRAY:
        return readArray(this, input, input.count());
      case wire.INTEGERS:
        return readIntegers(this, input);
      case wire.NUMBERS:
        return readNumbers(this, input);
      case wire.MAP:
        return this.#map(input.countOf(2));
      case wire.SET:
        return this.#set(input.countOf(1));
      default:
        return this.#builtin(tag);
    }
  }

  #builtin(tag: number): unknown {
    const { input } = this;
    switch (tag) {
      case wire.DATE:
        return this.#kept(new Date(input.float64()));
      case wire.REGEXP:
        return this.#regexp();
      case wire.BOXED:
        return this.#boxed();
      case wire.BUFFER:
        return readBuffer(this, input);
      case wire.RESIZABLE_BUFFER:
        return readResizable(this, input);
      case wire.VIEW:
        return readView(this, input);
      case wire.ERROR:
        return readError(this, input);
      case wire.HANDLE:
        return this.#handle();
      default:
        throw corrupt(`no value begins with ${tag}`);
    }
  }

  #kept<T>(object: T): T {
    this.add(object);
    return object;
  }

  #reference(number: number): unknown {
    const object = this.object(number);
    if (object instanceof Held) return object.view.buffer;
    if (object instanceof Lent) throw cannotLend;
    if (object === unfinished) throw corrupt('an object is needed to make itself');
    return object;
  }

  // ---- objects -----------------------------------------------------------------------------------------------------

  #newShape(): object {
    const keys = readKeys(this.input);
    this.#shapes.push(keys);
    return this.#record(keys);
  }

  #record(keys: Keys | undefined): object {
    if (keys === undefined) throw corrupt('a shape is missing');
    const { names } = keys;
    const object: Record<string, unknown> = {};
    this.add(object);
    if (keys.hasProto) for (const name of names) define(object, name, this.value());
    else for (let i = 0; i < names.length; i++) object[names[i] as string] = this.value();
    return object;
  }

  #dictionary<T extends object>(object: T): T {
    this.add(object);
    for (let count = this.input.countOf(2); count > 0; count--) define(object, this.input.string(), this.value());
    return object;
  }

  #map(count: number): Map<unknown, unknown> {
    const map = this.#kept(new Map<unknown, unknown>());
    for (let i = 0; i < count; i++) {
      const key = this.value();
      map.set(key, this.value());
    }
    return map;
  }

  #set(count: number): Set<unknown> {
    const set = this.#kept(new Set<unknown>());
    for (let i = 0; i < count; i++) set.add(this.value());
    return set;
  }

  #regexp(): RegExp {
    const { input } = this;
    const regexp = this.#kept(compile(input.string(), input.string()));
    regexp.lastIndex = this.value() as number;
    return regexp;
  }

  #boxed(): object {
    const number = this.add(unfinished);
    const primitive = this.value();
    if (primitive === null || primitive === undefined || typeof primitive === 'object') throw corrupt('a box is empty');
    const object = Object(primitive) as object;
    this.replace(number, object);
    return object;
  }

  #handle(): unknown {
    if (this.#abroad) throw corrupt('a handle of another program');
    const number = this.add(unfinished);
    const typeName = this.input.string();
    const object = revive(typeName, this.value());
    this.replace(number, object);
    return object;
  }
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw corrupt(`a regular expression is wrong: ${String(error)}`);
  }
}
