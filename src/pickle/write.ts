import { types } from 'node:util';
import { PicklingError } from '../errors.js';
import * as op from './opcodes.js';
import { Output } from './output.js';
import { Named, writerOf, type Reduced } from './table.js';
import { Float } from './types.js';

/** How objects of one's own are written, asked before all others; undefined: not by this. */
export type Replace = (value: object) => Reduced | undefined;

const PROTOCOL = 4;
/** Deeper values would be of no use to CPython, whose own limit this is. */
const MAX_DEPTH = 1000;
const BATCH = 1000;

/**
 * Writes a value as CPython would, in protocol 4: the counterpart of `decodePickle`. A number that is whole becomes an int
 * (`new Float(2)` a float), a frozen array a tuple, an object literal and a Map a dict, a Uint8Array bytes, `undefined` None.
 *
 * @throws {PicklingError} ERR_PICKLE_PYTHON: a function, or an object of a class that Python does not know
 */
export function encodePickle(value: unknown, replace?: Replace): Uint8Array {
  return new Writer(replace).write(value);
}

class Writer {
  readonly #output = new Output();
  readonly #replace: Replace | undefined;
  readonly #memo = new Map<unknown, number>();
  readonly #globals = new Map<string, number>();
  #memoized = 0;
  readonly #path: string[] = ['value'];

  constructor(replace: Replace | undefined) {
    this.#replace = replace;
  }

  write(value: unknown): Uint8Array {
    this.#value(value);
    this.#output.byte(op.STOP);
    return this.#output.framed(PROTOCOL);
  }

  #value(value: unknown): void {
    const output = this.#output;
    if (value === null || value === undefined) output.byte(op.NONE);
    else if (typeof value === 'boolean') output.byte(value ? op.NEWTRUE : op.NEWFALSE);
    else if (typeof value === 'number') output.number(value);
    else if (typeof value === 'bigint') output.long(value);
    else if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'object') this.#object(value);
    else throw this.#refusal(value);
  }

  #string(text: string): void {
    if (this.#recall(text)) return;
    this.#output.string(text);
    this.#memoize(text);
  }

  #recall(value: unknown): boolean {
    const place = this.#memo.get(value);
    if (place === undefined) return false;
    this.#output.recall(place);
    return true;
  }

  #memoize(value: unknown): void {
    this.#output.byte(op.MEMOIZE);
    this.#memo.set(value, this.#memoized++);
  }

  #step(name: string, value: unknown): void {
    if (this.#path.length > MAX_DEPTH)
      throw new PicklingError('ERR_PICKLE_TOO_DEEP', `a value is nested more than ${MAX_DEPTH} levels deep`);
    this.#path.push(name);
    this.#value(value);
    this.#path.pop();
  }

  #object(object: object): void {
    if (object instanceof Float) return this.#output.float(object.value);
    if (object instanceof Named) return this.#global(object.name);
    if (this.#recall(object)) return;
    const reduced = this.#replace?.(object);
    const prototype = Object.getPrototypeOf(object) as object | null;
    const write = reduced ? undefined : writerOf(object);
    if (reduced) this.#reduced(object, reduced);
    else if (write) this.#reduced(object, write(object));
    else if (Array.isArray(object)) this.#array(object);
    else if (object instanceof Map) this.#dict(object, [...object]);
    else if (object instanceof Set) this.#set(object);
    else if (object instanceof Uint8Array) this.#bytes(object);
    else if (prototype === Object.prototype || prototype === null) this.#dict(object, Object.entries(object));
    else throw this.#refusal(object);
  }

  // ---- collections -------------------------------------------------------------------------------------------------

  #array(array: readonly unknown[]): void {
    if (Object.isFrozen(array)) this.#tuple(array);
    else this.#list(array);
  }

  #tuple(tuple: readonly unknown[]): void {
    const output = this.#output;
    if (tuple.length === 0) return output.byte(op.EMPTY_TUPLE);
    if (tuple.length > 3) output.byte(op.MARK);
    for (const [place, item] of tuple.entries()) this.#step(`[${place}]`, item);
    output.byte([op.TUPLE1, op.TUPLE2, op.TUPLE3][tuple.length - 1] ?? op.TUPLE);
    this.#memoize(tuple);
  }

  #list(list: readonly unknown[]): void {
    this.#output.byte(op.EMPTY_LIST);
    this.#memoize(list);
    this.#batched(list, op.APPEND, op.APPENDS, (item, place) => this.#step(`[${place}]`, item));
  }

  #dict(dict: object, entries: readonly (readonly [unknown, unknown])[]): void {
    this.#output.byte(op.EMPTY_DICT);
    this.#memoize(dict);
    this.#batched(entries, op.SETITEM, op.SETITEMS, ([key, value]) => {
      this.#step('key', key);
      this.#step(typeof key === 'string' ? `.${key}` : '.get(...)', value);
    });
  }

  #set(set: ReadonlySet<unknown>): void {
    const output = this.#output;
    if (Object.isFrozen(set)) {
      output.byte(op.MARK);
      for (const item of set) this.#step('element', item);
      output.byte(op.FROZENSET);
      return this.#memoize(set);
    }
    output.byte(op.EMPTY_SET);
    this.#memoize(set);
    this.#batched([...set], op.ADDITEMS, op.ADDITEMS, (item) => this.#step('element', item), true);
  }

  /** One item goes alone, more go between a mark and an instruction, up to a thousand at a time. */
  #batched<T>(items: readonly T[], one: number, many: number, write: (item: T, place: number) => void, mark = false) {
    for (let start = 0; start < items.length; start += BATCH) {
      const end = Math.min(items.length, start + BATCH);
      const marked = mark || end - start > 1;
      if (marked) this.#output.byte(op.MARK);
      for (let place = start; place < end; place++) write(items[place]!, place);
      this.#output.byte(marked ? many : one);
    }
  }

  // ---- objects -----------------------------------------------------------------------------------------------------

  #bytes(bytes: Uint8Array): void {
    this.#output.bytes(bytes);
    this.#memoize(bytes);
  }

  #reduced(object: object, reduced: Reduced): void {
    const { global, args, state } = reduced;
    this.#global(global);
    const made = 'state' in reduced;
    this.#step('arguments', Object.freeze([...args]));
    this.#output.byte(made ? op.NEWOBJ : op.REDUCE);
    this.#memoize(object);
    if (!made) return;
    this.#step('state', state);
    this.#output.byte(op.BUILD);
  }

  #global(name: string): void {
    const known = this.#globals.get(name);
    if (known !== undefined) return this.#output.recall(known);
    const dot = name.lastIndexOf('.');
    this.#string(name.slice(0, dot));
    this.#string(name.slice(dot + 1));
    this.#output.byte(op.STACK_GLOBAL);
    this.#output.byte(op.MEMOIZE);
    this.#globals.set(name, this.#memoized++);
  }

  #refusal(value: unknown): PicklingError {
    const what = types.isProxy(value) ? 'a Proxy' : typeof value === 'object' ? className(value!) : `a ${typeof value}`;
    return new PicklingError(
      'ERR_PICKLE_PYTHON',
      `${what} is nothing that Python knows; registerPickle can say what it is. Reached through: ${this.#path.join(' -> ')}`,
    );
  }
}

function className(object: object): string {
  return `an object of class ${object.constructor?.name ?? 'null'}`;
}
