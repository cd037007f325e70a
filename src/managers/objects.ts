import { ArgumentTypeError } from '../errors.js';
import { RemoteError } from '../pickle/errors.js';
import { handle } from '../memory/handle.js';
import { lend } from '../memory/loans.js';
import { randomBytes } from '../system/random.js';
import { Block } from './block.js';
import { localOf } from './calls.js';
import { callsOf } from './proxies.js';
import { callerAware, type Caller } from './waits.js';
import { builtinTypes, publicMethods, type Registry } from './registry.js';
import { dropped, ServerIterator } from './holders.js';
import { withNamed } from './named.js';

const FIRST_BYTES = 6;

/** One object of a server. */
export interface Referent {
  readonly ident: string;
  readonly typeid: string;
  readonly object: object;
  readonly exposed: ReadonlySet<string>;
  readonly methodToTypeid: Readonly<Record<string, string>>;
  /** How many hold it, by who holds it: the clients that are other programs. */
  readonly holders: Map<object, number>;
  /** Stands for it in the program's memory, once a process of the program has it. */
  block: Block | undefined;
  /** Whether others may refer to the block. */
  isLent: boolean;
  /** Whether there ever was a proxy of it in this process, such as one that is in another object. */
  hasProxies: boolean;
}

/** Called on any object, exposed or not. */
const fallbacks: Readonly<Record<string, (object: object) => unknown>> = {
  __str__: textOf,
  __repr__: textOf,
  '#GETVALUE': (object) => object,
};

function textOf(object: object): string {
  const { __str__: own } = object as { __str__?: () => string };
  return own ? own.call(object) : String(object);
}

/** What is sent of an object: its block, which is lent when the message is written. */
export class Lending {
  readonly #objects: Objects;
  readonly #referent: Referent;

  constructor(objects: Objects, referent: Referent) {
    this.#objects = objects;
    this.#referent = referent;
  }

  [handle](): [string, unknown] {
    return this.#objects.lend(this.#referent)[handle]();
  }
}

/**
 * The objects of a server, by the names that proxies know them by. Each lives for as long as a client program holds it, a
 * process of this program has its block, or something in this process refers to it: proxies that are in other objects
 * keep the objects that they stand for, so the collector of JavaScript finds what only refers to itself.
 */
export class Objects {
  readonly #registry: Registry;
  readonly #referents = new Map<string, Referent | WeakRef<Referent>>();
  readonly #collected = new FinalizationRegistry<string>((ident) => {
    if (this.#find(ident) === undefined) this.#referents.delete(ident);
  });
  /** Counts from anywhere, so that a proxy of a server that was here before means nothing. */
  #made = randomBytes(FIRST_BYTES).reduce((number, byte) => number * 256 + byte, 0);

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  get size(): number {
    return [...this.all()].length;
  }

  *all(): Generator<Referent> {
    for (const ident of this.#referents.keys()) {
      const referent = this.#find(ident);
      if (referent !== undefined) yield referent;
    }
  }

  #find(ident: string): Referent | undefined {
    const found = this.#referents.get(ident);
    return found instanceof WeakRef ? found.deref() : found;
  }

  get(ident: string): Referent {
    const referent = this.#find(ident);
    if (referent === undefined) throw new RemoteError('ERR_MANAGER_OBJECT', `there is no object '${ident}' any more`);
    return referent;
  }

  /** Makes an object. It goes with the next `reconsider`, unless somebody holds it by then. */
  async create(typeid: string, args: readonly unknown[], kwargs: object): Promise<Referent> {
    const registered = this.#registry.get(typeid);
    if (!registered) throw new RemoteError('ERR_MANAGER_TYPEID', `KeyError: there is no type '${typeid}' here`);
    const all = withNamed(typeid, args, kwargs, true) as never[];
    const { make, isClass } = registered;
    const object: unknown = isClass ? Reflect.construct(make, all) : await make(...all);
    return this.add(typeid, object);
  }

  add(typeid: string, value: unknown): Referent {
    const registered = this.#registry.get(typeid);
    const isIterator = typeid === 'Iterator' && !(value instanceof ServerIterator);
    const object = isIterator ? new ServerIterator(value as Iterator<unknown>) : value;
    if (typeof object !== 'object' || object === null)
      throw new RemoteError('ERR_MANAGER_TYPEID', `'${typeid}' has made no object, but ${String(object)}`);
    const ident = (++this.#made).toString(16);
    const referent: Referent = {
      ident,
      typeid,
      object,
      exposed: new Set(registered?.exposed ?? publicMethods(object)),
      methodToTypeid: registered?.methodToTypeid ?? {},
      holders: new Map(),
      block: undefined,
      isLent: false,
      hasProxies: false,
    };
    this.#referents.set(ident, referent);
    return referent;
  }

  /** What stands for the object in the program's memory. To be called whenever it is about to be given out. */
  lend(referent: Referent): Block {
    const block = (referent.block ??= Block.create());
    if (referent.isLent) return block;
    referent.isLent = true;
    this.#referents.set(referent.ident, referent);
    lend(block.address, () => {
      referent.isLent = false;
      this.reconsider(referent);
    });
    return block;
  }

  /** What proxies in this process have: it keeps the object, and lends it when they travel. */
  keep(ident: string): Lending {
    const referent = this.get(ident);
    referent.hasProxies = true;
    return new Lending(this, referent);
  }

  hold(ident: string, holder: object): void {
    const referent = this.get(ident);
    referent.holders.set(holder, (referent.holders.get(holder) ?? 0) + 1);
    this.#referents.set(ident, referent);
  }

  letGo(ident: string, holder: object): void {
    const referent = this.get(ident);
    const count = referent.holders.get(holder) ?? 0;
    if (count <= 0) throw new RemoteError('ERR_MANAGER_OBJECT', `the object '${ident}' is not held by its client`);
    if (count > 1) return void referent.holders.set(holder, count - 1);
    referent.holders.delete(holder);
    this.reconsider(referent);
  }

  /** Whoever has gone holds nothing any more. */
  forget(holder: object): void {
    for (const referent of this.all()) if (referent.holders.delete(holder)) this.reconsider(referent);
  }

  /** Lets an object go that nobody holds. */
  reconsider(referent: Referent): void {
    const { ident, holders, isLent, hasProxies, object } = referent;
    if (isLent || holders.size > 0 || this.#find(ident) !== referent) return;
    if (hasProxies) {
      // Proxies in this process keep it from now on, if these are kept by anybody.
      this.#referents.set(ident, new WeakRef(referent));
      this.#collected.register(referent, ident);
      return;
    }
    this.#referents.delete(ident);
    (object as { [dropped]?: () => void })[dropped]?.();
  }

  /** Runs a client's function with an object: its own code runs at the server, so it has to be of the server's program. */
  transact(ident: string, [change, ...args]: readonly unknown[]): unknown {
    const { typeid, object } = this.get(ident);
    if (typeof change !== 'function' || callerAware in object)
      throw new ArgumentTypeError('ERR_MANAGER_TRANSACTION', `'${typeid}' has no transactions, or this is no function`);
    const calls = builtinTypes.get(typeid)?.make === this.#registry.get(typeid)?.make ? callsOf(typeid) : undefined;
    const result: unknown = Reflect.apply(change, undefined, [calls ? localOf(object, calls) : object, ...args]);
    if (typeof (result as { then?: unknown } | null)?.then !== 'function') return result;
    (result as Promise<unknown>).then(undefined, () => {});
    throw new ArgumentTypeError(
      'ERR_MANAGER_TRANSACTION',
      'change: expected a function that is done at once, got one that returns a promise',
    );
  }

  call(referent: Referent, method: string, args: readonly unknown[], kwargs: object, caller: Caller): unknown {
    const { object, exposed } = referent;
    const fallback = Object.hasOwn(fallbacks, method) ? fallbacks[method] : undefined;
    const own: unknown = (object as Record<string, unknown>)[method];
    if (!exposed.has(method) && fallback === undefined)
      throw new RemoteError('ERR_MANAGER_METHOD', `'${method}' is not exposed; exposed are ${[...exposed].join(', ')}`);
    if (typeof own !== 'function' || own === Object.prototype[method as 'toString']) {
      if (fallback) return fallback(object);
      throw new RemoteError('ERR_MANAGER_METHOD', `the object has no method '${method}'`);
    }
    const all = withNamed(method, args, kwargs, callerAware in object);
    if (callerAware in object) all.push(caller);
    return Reflect.apply(own, object, all) as unknown;
  }
}
