import { ArgumentTypeError } from '../errors.js';
import { reduce } from '../closure/reduce.js';
import { self } from '../memory/slots.js';

type Type = new (...args: never[]) => local;

/** The objects of this thread, by the name that they have in all threads. */
const known = new Map<string, local>();
let made = 0;

/** Says with which name the next object is made; undefined: a new one. */
let arriving: string | undefined;

/**
 * Data that each thread has for itself: an object whose fields are empty in every thread that it comes to. The constructor
 * of a class of your own runs once in each thread, with the same arguments.
 *
 * @example
 * const mine = new local() as local & { count?: number };
 * mine.count = 1;
 * await new Thread({ target: () => console.log(mine.count) }).start(); // undefined
 *
 * @see https://docs.python.org/3/library/threading.html#threading.local
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- its fields are the user's
export class local {
  /** @throws {TypeError} ERR_LOCAL_ARGS: arguments for a class that has no constructor of its own */
  constructor(...args: readonly unknown[]) {
    if (new.target === local && args.length > 0) {
      throw new ArgumentTypeError('ERR_LOCAL_ARGS', 'Initialization arguments are not supported');
    }
    const name = arriving ?? `${self()}.${++made}`;
    arriving = undefined;
    const type = new.target as Type;
    known.set(name, this);
    Object.defineProperty(this, reduce, { value: () => [revive, name, type, args] });
  }
}

/** In the thread to which one has come. */
export function revive(name: string, type: Type, args: never[]): local {
  const here = known.get(name);
  if (here) return here;
  arriving = name;
  try {
    return new type(...args);
  } finally {
    arriving = undefined;
  }
}
