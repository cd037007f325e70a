import { PicklingError } from '../errors.js';
import { readAtom } from './atoms.js';
import { corrupt, PickleBytes } from './bytes.js';
import { define, isObject } from './dict.js';
import { Memo } from './memo.js';
import * as op from './opcodes.js';
import { Global, typeNamed, type PickleType } from './table.js';

/** What may be named in one pickle besides the table. */
export type Globals = ReadonlyMap<string, PickleType>;

const NEWEST = 5;

/**
 * Reads a pickle of CPython's, protocols 2 to 5: data, and objects of the classes in the table. Whatever else a pickle
 * names is an error; nothing is imported or called for it. What it makes is of the order of its length.
 *
 * None, bool, float, str, list and dict become what they are in JavaScript; an int too large for a number becomes a bigint,
 * bytes a Uint8Array, a tuple a frozen array, a set a Set, a frozenset a frozen Set, a dict with other keys than strings a
 * Map, a datetime a Date.
 *
 * @throws {PicklingError} ERR_PICKLE_GLOBAL: it names a class that is not in the table; ERR_PICKLE_CORRUPT
 */
export function decodePickle(bytes: Uint8Array, globals?: Globals): unknown {
  return new Reader(bytes, globals).read();
}

class Reader {
  readonly #bytes: PickleBytes;
  readonly #globals: Globals | undefined;
  readonly #memo = new Memo();
  #stack: unknown[] = [];
  /** The stacks below the marks. */
  readonly #below: unknown[][] = [];

  constructor(bytes: Uint8Array, globals: Globals | undefined) {
    this.#bytes = new PickleBytes(bytes);
    this.#globals = globals;
  }

  read(): unknown {
    for (;;) {
      const code = this.#bytes.uint8();
      if (code === op.STOP) break;
      this.#step(code);
    }
    if (!this.#bytes.isAtEnd) throw corrupt('something follows its end');
    return this.#pop();
  }

  #step(code: number): void {
    const value = readAtom(code, this.#bytes);
    if (value === undefined) this.#compose(code);
    else this.#stack.push(value);
  }

  #compose(code: number): void {
    const bytes = this.#bytes;
    switch (code) {
      case op.PROTO:
        if (bytes.uint8() > NEWEST) throw corrupt('it is of a protocol that is not known');
        return;
      case op.FRAME:
        return void bytes.uint64(); // only says how much may be read at once
      case op.MARK:
        this.#below.push(this.#stack);
        this.#stack = [];
        return;
      case op.POP:
        if (this.#stack.length > 0) this.#stack.pop();
        else this.#toMark();
        return;
      case op.POP_MARK:
        return void this.#toMark();
      case op.DUP:
        return void this.#stack.push(this.#top());
      case op.BINGET:
        return this.#push(this.#memo.get(bytes.uint8()));
      case op.LONG_BINGET:
        return this.#push(this.#memo.get(bytes.uint32()));
      case op.GLOBAL:
        return this.#push(this.#global(bytes.line(), bytes.line()));
      case op.MEMOIZE:
        return this.#memo.set(this.#memo.size, this.#top());
      case op.BINPUT:
        return this.#memo.set(bytes.uint8(), this.#top());
      case op.LONG_BINPUT:
        return this.#memo.set(bytes.uint32(), this.#top());
      default:
        this.#collect(code);
    }
  }

  #collect(code: number): void {
    switch (code) {
      case op.TUPLE1:
        return this.#tuple(this.#popSome(1));
      case op.TUPLE2:
        return this.#tuple(this.#popSome(2));
      case op.TUPLE3:
        return this.#tuple(this.#popSome(3));
      case op.TUPLE:
        return this.#tuple(this.#toMark());
      case op.LIST:
        return this.#push(this.#toMark());
      case op.DICT: {
        const items = this.#toMark();
        this.#stack.push({});
        return this.#setItems(items);
      }
      case op.FROZENSET:
        return this.#push(Object.freeze(new Set(this.#toMark())));
      case op.APPEND:
        return this.#extend(this.#popSome(1));
      case op.APPENDS:
        return this.#extend(this.#toMark());
      case op.SETITEM:
        return this.#setItems(this.#popSome(2));
      case op.SETITEMS:
        return this.#setItems(this.#toMark());
      case op.ADDITEMS:
        return this.#addItems(this.#toMark());
      default:
        this.#make(code);
    }
  }

  #make(code: number): void {
    switch (code) {
      case op.STACK_GLOBAL: {
        const [module, name] = this.#popSome(2);
        if (typeof module !== 'string' || typeof name !== 'string') throw corrupt('a global has no name');
        return void this.#stack.push(this.#global(module, name));
      }
      case op.REDUCE:
      case op.NEWOBJ: {
        const [type, args] = this.#popSome(2);
        return this.#create(type, args);
      }
      case op.NEWOBJ_EX: {
        const [type, args, named] = this.#popSome(3);
        if (Object.keys(named ?? {}).length > 0) throw corrupt('an object is made with named arguments');
        return this.#create(type, args);
      }
      case op.BUILD: {
        const [state] = this.#popSome(1);
        return this.#setState(this.#top(), state);
      }
      default:
        throw corrupt(`there is no instruction ${code}`);
    }
  }

  // ---- the stack ---------------------------------------------------------------------------------------------------

  /** For what is made of the items above a mark: they make way for it first. */
  #push(value: unknown): void {
    this.#stack.push(value);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw corrupt('it takes more than there is');
    return this.#stack.pop();
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw corrupt('it takes more than there is');
    return this.#stack.at(-1);
  }

  #popSome(count: number): unknown[] {
    if (this.#stack.length < count) throw corrupt('it takes more than there is');
    return this.#stack.splice(-count, count);
  }

  #toMark(): unknown[] {
    const items = this.#stack;
    const below = this.#below.pop();
    if (below === undefined) throw corrupt('a mark is missing');
    this.#stack = below;
    return items;
  }

  // ---- collections -------------------------------------------------------------------------------------------------

  #tuple(items: unknown[]): void {
    this.#push(Object.freeze(items));
  }

  #extend(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list) || Object.isFrozen(list)) throw corrupt('something is appended to what is no list');
    for (const item of items) list.push(item);
  }

  #addItems(items: readonly unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set) || Object.isFrozen(set)) throw corrupt('something is added to what is no set');
    for (const item of items) set.add(item);
  }

  /** A dict is an object as long as all keys are strings, and a Map otherwise. */
  #setItems(items: readonly unknown[]): void {
    if (items.length % 2 !== 0) throw corrupt('a dict has a key without a value');
    let dict = this.#top();
    if (isObject(dict) && items.some((key, place) => place % 2 === 0 && typeof key !== 'string')) {
      const map = new Map<unknown, unknown>(Object.entries(dict));
      if (!this.#memo.replace(dict, map)) throw corrupt('a dict with other keys than strings contains itself');
      this.#stack[this.#stack.length - 1] = map;
      dict = map;
    }
    for (let at = 0; at < items.length; at += 2) {
      if (dict instanceof Map) dict.set(items[at], items[at + 1]);
      else if (isObject(dict)) define(dict, items[at] as string, items[at + 1]);
      else throw corrupt('something is put into what is no dict');
    }
  }

  // ---- objects -----------------------------------------------------------------------------------------------------

  #global(module: string, name: string): Global {
    const full = `${module}.${name}`;
    const type = this.#globals?.get(full) ?? typeNamed(full);
    if (type) return new Global(full, type);
    throw new PicklingError(
      'ERR_PICKLE_GLOBAL',
      `the pickle needs Python's '${full}', which is not known here; registerPickle makes it known`,
    );
  }

  #create(type: unknown, args: unknown): void {
    if (!(type instanceof Global) || !Array.isArray(args)) throw corrupt('something is called that cannot be');
    const value = type.type.create(args);
    if (typeof value === 'object' && value !== null) makers.set(value, type.type);
    this.#stack.push(value);
  }

  #setState(value: unknown, state: unknown): void {
    const type = typeof value === 'object' && value !== null ? makers.get(value) : undefined;
    if (!type?.setState) throw corrupt('a state is set on what has none');
    type.setState(value, state);
  }
}

/** By which type an object was made: it alone knows what to do with its state. */
const makers = new WeakMap<object, PickleType>();
