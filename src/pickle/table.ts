import { types } from 'node:util';
import { ArgumentTypeError, expected } from '../errors.js';

/**
 * A Python class or function that pickles may name. Nothing that they name is ever looked up, imported or called: only what
 * stands in this table is made, by the functions that stand here.
 */
export interface PickleType {
  /** Makes the value that `name(*args)` would be in Python. */
  create(args: readonly unknown[]): unknown;
  /** What Python's `__setstate__` would do. */
  setState?(value: unknown, state: unknown): void;
}

/**
 * A function or class of a module of Python's, by its name, as an argument for a server of CPython's: what Python itself
 * sends in place of a function. Nothing of that name has to exist here.
 *
 * @example
 * const workers = await manager.Pool(2); // in a server of CPython's
 * await workers.map(new Named('math.sqrt'), [1, 4, 9]); // [ 1, 2, 3 ]
 *
 * @see https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled
 */
export class Named {
  /** The module and the name in it, as in `math.sqrt`. */
  readonly name: string;

  /** From the module and the name in it. */
  constructor(name: string) {
    this.name = name;
  }
}

/** One that is in the table. As a value it is only its name. */
export class Global extends Named {
  readonly type: PickleType;

  constructor(name: string, type: PickleType) {
    super(name);
    this.type = type;
  }
}

/** How an object is written: as a call of a global, with a state to be set then. */
export interface Reduced {
  readonly global: string;
  readonly args: readonly unknown[];
  /** Given: the object is made without a call of its `__init__`, and this is its state. */
  readonly state?: unknown;
}

const known = new Map<string, PickleType>();
const writers = new Map<object, (value: object) => Reduced>();

export function addType(name: string, type: PickleType): void {
  known.set(name, type);
}

export function typeNamed(name: string): PickleType | undefined {
  return known.get(name);
}

/** How objects with this prototype are written. */
export function addWriter<T extends object>(type: { readonly prototype: T }, write: (value: T) => Reduced): void {
  writers.set(type.prototype, write as (value: object) => Reduced);
}

export function writerOf(object: object): ((value: object) => Reduced) | undefined {
  let prototype = Object.getPrototypeOf(object) as object | null;
  // An error of a class that is not known goes as one of the class above it.
  if (types.isNativeError(object))
    while (prototype !== null && !writers.has(prototype)) prototype = Object.getPrototypeOf(prototype) as object | null;
  return prototype === null ? undefined : writers.get(prototype);
}

/** How a type of Python is read and written. */
export interface PickleOptions<T> {
  /** The arguments that Python's constructor is called with. Without it, the own properties are set as attributes. */
  readonly args?: (value: T) => readonly unknown[];
  /** Makes an object of what Python's `__reduce__` gives as arguments; without it the constructor is not called. */
  readonly create?: (...args: never[]) => T;
}

/**
 * Maps a Python class to one of yours, both ways.
 *
 * @param name module and name, as Python's `__module__` and `__qualname__` say it
 *
 * @example
 * class Point { constructor(public x = 0, public y = 0) {} }
 * registerPickle('shapes.Point', Point);
 *
 * @throws {TypeError} ERR_PICKLE_REGISTER
 * @see https://docs.python.org/3/library/copyreg.html#copyreg.pickle
 */
export function registerPickle<T extends object>(
  name: string,
  type: abstract new (...args: never[]) => T,
  { args, create }: PickleOptions<T> = {},
): void {
  if (typeof name !== 'string' || !/^[\w.]+\.\w+$/.test(name))
    throw new ArgumentTypeError('ERR_PICKLE_REGISTER', `name: ${expected('a module and a name in it', name)}`);
  if (typeof type !== 'function')
    throw new ArgumentTypeError('ERR_PICKLE_REGISTER', `type: ${expected('a class', type)}`);
  addType(name, {
    create: (given) => (create ? create(...(given as never[])) : Object.create(type.prototype as object)),
    setState: setAttributes,
  });
  writers.set(type.prototype as object, (value) =>
    args ? { global: name, args: args(value as T) } : { global: name, args: [], state: { ...value } },
  );
}

/** As Python does without a `__setstate__`; no name reaches a setter or a prototype. */
export function setAttributes(value: unknown, state: unknown): void {
  const entries = state instanceof Map ? [...state] : Object.entries(state ?? {});
  for (const [key, attribute] of entries)
    Object.defineProperty(value, String(key), {
      value: attribute,
      writable: true,
      enumerable: true,
      configurable: true,
    });
}
