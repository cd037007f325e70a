import { types } from 'node:util';
import type { Packed } from '../memory/gathered.js';
import { handle, takeBackDepartures } from '../memory/handle.js';
import { writeArray } from './arrays.js';
import { builtinWriters } from './builtins.js';
import { Views } from './buffers.js';
import { Identity } from './identity.js';
import { Output } from './output.js';
import { notPlain } from './plain.js';
import { emptyShape, type Shape } from './shapes.js';
import * as wire from './wire.js';

/** Below this length a loop copies faster than a call into the runtime. */
const LOOP_BELOW = 48;

let messages = 0;

/** Writes messages of plain data, one at a time. The fast path of `encode`. */
export class Writer {
  readonly output = new Output();
  readonly identity = new Identity();
  readonly #abroad: boolean;
  #views: Views | undefined;
  #message = 0;
  #polluted = false;
  #shapes = 0;
  #depth = 0;

  /** @param abroad whether the messages are for other programs, to which a handle means nothing */
  constructor(abroad = false) {
    this.#abroad = abroad;
  }

  /** A whole message; valid until the next one. */
  message(kind: number, value: unknown): Uint8Array {
    this.#messageOf(kind, value, false);
    return this.output.written();
  }

  /** Likewise; large buffers in it lie where they are, so it is valid for as long as nobody changes these. */
  gather(kind: number, value: unknown): Packed {
    this.#messageOf(kind, value, true);
    return this.output.gathered();
  }

  #messageOf(kind: number, value: unknown, gathers: boolean): void {
    try {
      this.#write(kind, value, gathers);
      while (this.#views?.again() === true) {
        if (kind === wire.PLAIN) takeBackDepartures(); // in a graph it was the capture that met the handles
        this.#write(kind, value, gathers);
      }
    } finally {
      this.identity.clear();
      this.#views = undefined;
    }
  }

  #write(kind: number, value: unknown, gathers: boolean): void {
    this.#start(kind, gathers);
    this.value(value);
  }

  #start(kind: number, gathers: boolean): void {
    this.identity.clear();
    this.output.start(gathers);
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
    if (types.isProxy(object)) this.#exotic(object);
    else this.#ordinary(object, Object.getPrototypeOf(object) as object | null);
    this.#depth--;
  }

  #ordinary(object: object, prototype: object | null): void {
    if (prototype === Object.prototype) this.#record(object as Record<string, unknown>);
    else if (prototype === Array.prototype && Array.isArray(object)) writeArray(this, this.output, object);
    else if (prototype === null) this.#bareDictionary(object);
    else this.#builtin(object, prototype);
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
    if (!shape.seen) {
      shape.seen = true;
      return this.#dictionary(wire.DICTIONARY, object);
    }
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
    // A shared array is a typed array that has a handle.
    if (write === undefined || (ArrayBuffer.isView(object) && handle in object)) this.#exotic(object);
    else write(this, object);
  }

  #exotic(object: object): void {
    const reduce: unknown = (object as { [handle]?: unknown })[handle];
    if (typeof reduce !== 'function' || this.#abroad) throw notPlain;
    const [typeName, state] = reduce.call(object) as [string, unknown];
    this.output.tag(wire.HANDLE);
    this.output.string(typeName);
    this.value(state);
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
