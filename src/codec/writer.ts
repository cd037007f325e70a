import { types } from 'node:util';
import { handle } from '../closure/reduce.js';
import { builtinWriters } from './builtins.js';
import { Views } from './buffers.js';
import { Identity } from './identity.js';
import { Output } from './output.js';
import { isBareArray, notPlain } from './plain.js';
import { emptyShape, type Shape } from './shapes.js';
import * as wire from './wire.js';

/** Arrays from this length on are tried as a block of numbers first. */
const BLOCK_FROM = 8;
/** From this length on, what follows a hole is written as index and value. */
const SPARSE_FROM = 64;
/** Below this length a loop copies faster than a call into the runtime. */
const LOOP_BELOW = 48;

let messages = 0;

/** Writes messages of plain data, one at a time. The fast path of `encode`. */
export class Writer {
  readonly output = new Output();
  readonly identity = new Identity();
  #views: Views | undefined;
  #message = 0;
  #polluted = false;
  #shapes = 0;
  #depth = 0;

  /** A whole message; valid until the next one. */
  message(kind: number, value: unknown): Uint8Array {
    try {
      do {
        this.#start(kind);
        this.value(value);
      } while (this.#views?.again() === true);
    } finally {
      this.identity.clear();
      this.#views = undefined;
    }
    return this.output.written();
  }

  #start(kind: number): void {
    this.identity.clear();
    this.output.start();
    this.output.tag(kind);
    this.#message = ++messages;
    this.#polluted = isPolluted();
    this.#shapes = 0;
    this.#depth = 0;
  }

  get views(): Views {
    return (this.#views ??= new Views());
  }

  /** The order is that of frequency; V8 compiles such comparisons better than a `switch`. */
  value(value: unknown): void {
    if (typeof value === 'number') this.output.number(value);
    else if (typeof value === 'string') this.output.string(value);
    else if (value === null) this.output.tag(wire.NULL);
    else if (typeof value === 'object') this.#object(value);
    else if (typeof value === 'boolean') this.output.tag(value ? wire.TRUE : wire.FALSE);
    else if (value === undefined) this.output.tag(wire.UNDEFINED);
    else if (typeof value === 'bigint') this.output.bigint(value);
    else throw notPlain;
  }

  #object(object: object): void {
    const known = this.identity.mention(object);
    if (known >= 0) return this.#reference(object, known);
    if (++this.#depth > wire.MAX_DEPTH) throw notPlain;
    const prototype: unknown = Object.getPrototypeOf(object);
    if (types.isProxy(object)) this.#exotic(object);
    else if (prototype === Object.prototype) this.#record(object as Record<string, unknown>);
    else if (prototype === Array.prototype && Array.isArray(object)) this.#array(object);
    else if (prototype === null) this.#bareDictionary(object);
    else this.#builtin(object, prototype as object);
    this.#depth--;
  }

  #reference(object: object, known: number): void {
    this.#views?.meetAgain(object);
    this.output.tagged(wire.REFERENCE, known);
  }

  // ---- objects -----------------------------------------------------------------------------------------------------

  /**
   * An object literal: its enumerable string keys and their values, as structured clone sees it. `for in` is the fastest
   * way to both (V8 keeps the keys of a hidden class ready), and equals the own keys as long as nobody has added
   * enumerable properties to Object.prototype.
   */
  #record(object: Record<string, unknown>): void {
    if (this.#polluted) return this.#dictionary(wire.DICTIONARY, object);
    let shape: Shape | undefined = emptyShape();
    for (const key in object) {
      shape = shape.with(key);
      if (shape === undefined) return this.#dictionary(wire.DICTIONARY, object);
    }
    if (shape.size === 0) assertLiteral(object);
    this.#shape(shape);
    let size = 0;
    for (const key in object) {
      size++;
      this.value(object[key]);
    }
    if (size !== shape.size) throw notPlain; // a getter has changed it
  }

  #shape(shape: Shape): void {
    const { output } = this;
    if (shape.message !== this.#message) {
      shape.message = this.#message;
      shape.number = this.#shapes++;
      const { definition } = shape;
      if (definition.length >= LOOP_BELOW) return output.raw(definition);
      output.ensure(LOOP_BELOW);
      for (let i = 0; i < definition.length; i++) output.bytes[output.position++] = definition[i] as number;
    } else if (shape.number < wire.SHORT_SHAPE_END - wire.SHORT_SHAPE) {
      output.tag(wire.SHORT_SHAPE + shape.number);
    } else {
      output.tagged(wire.SHAPE, shape.number);
    }
  }

  #dictionary(tag: number, object: Record<string, unknown>): void {
    const keys = Object.keys(object);
    this.output.tagged(tag, keys.length);
    for (const key of keys) {
      this.output.string(key);
      this.value(object[key]);
    }
  }

  #bareDictionary(object: object): void {
    if (types.isModuleNamespaceObject(object)) throw notPlain;
    this.#dictionary(wire.BARE_DICTIONARY, object as Record<string, unknown>);
  }

  #builtin(object: object, prototype: object): void {
    const write = builtinWriters.get(prototype);
    if (write === undefined) this.#exotic(object);
    else write(this, object);
  }

  #exotic(object: object): void {
    const reduce: unknown = (object as { [handle]?: unknown })[handle];
    if (typeof reduce !== 'function') throw notPlain;
    const [typeName, state] = reduce.call(object) as [string, unknown];
    this.output.tag(wire.HANDLE);
    this.output.string(typeName);
    this.value(state);
  }

  // ---- arrays ------------------------------------------------------------------------------------------------------

  #array(array: readonly unknown[]): void {
    const { length } = array;
    if (!isBareArray(array)) throw notPlain;
    if (length >= BLOCK_FROM && typeof array[0] === 'number' && this.#block(array)) return;
    if (length < wire.SHORT_ARRAY_END - wire.SHORT_ARRAY) this.output.tag(wire.SHORT_ARRAY + length);
    else this.output.tagged(wire.ARRAY, length);
    for (let i = 0; i < length; i++) {
      const element = array[i];
      if (element !== undefined || i in array) this.value(element);
      else if (length < SPARSE_FROM) this.output.tag(wire.HOLE);
      else return this.#sparseRest(array, i);
    }
  }

  #sparseRest(array: readonly unknown[], start: number): void {
    const indices = Object.keys(array)
      .map(Number)
      .filter((index) => index >= start);
    this.output.tagged(wire.SPARSE_REST, indices.length);
    for (const index of indices) {
      this.output.count(index);
      this.value(array[index]);
    }
  }

  /** Numbers only: written while they are checked, and forgotten if something else comes up. */
  #block(array: readonly unknown[]): boolean {
    const { output } = this;
    const start = output.position;
    if (this.#integers(array)) return true;
    output.position = start;
    if (this.#numbers(array)) return true;
    output.position = start;
    return false;
  }

  #integers(array: readonly unknown[]): boolean {
    const { output } = this;
    const { length } = array;
    output.tagged(wire.INTEGERS, length);
    output.align(4);
    output.ensure(length * 4);
    const block = new Int32Array(output.memory, output.position, length);
    for (let i = 0; i < length; i++) {
      const element = array[i];
      if (typeof element !== 'number') return false;
      const integer = element | 0;
      if (integer !== element || (integer === 0 && 1 / element < 0)) return false;
      block[i] = integer;
    }
    output.position += length * 4;
    return true;
  }

  #numbers(array: readonly unknown[]): boolean {
    const { output } = this;
    const { length } = array;
    output.tagged(wire.NUMBERS, length);
    output.align(8);
    output.ensure(length * 8);
    const block = new Float64Array(output.memory, output.position, length);
    for (let i = 0; i < length; i++) {
      const element = array[i];
      if (typeof element !== 'number') return false;
      block[i] = element;
    }
    output.position += length * 8;
    return true;
  }
}

/** Math, JSON, an arguments object and their like have Object's prototype and nothing that could be sent. */
function assertLiteral(object: object): void {
  if (Object.prototype.toString.call(object) !== '[object Object]') throw notPlain;
}

function isPolluted(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}
