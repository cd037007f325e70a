import { ArgumentTypeError } from '../errors.js';
import { RemoteError } from '../pickle/errors.js';
import { localOf } from './calls.js';
import { callsOf } from './proxies.js';
import { callerAware, type Caller } from './waits.js';
import { builtinTypes, publicMethods, type Registry } from './registry.js';
import { ServerIterator, ServerQueue } from './holders.js';
import { withNamed } from './named.js';

/** One object of a server. */
export interface Referent {
  readonly typeid: string;
  readonly object: object;
  readonly exposed: ReadonlySet<string>;
  readonly methodToTypeid: Readonly<Record<string, string>>;
  /** How many hold it, by who holds it: a client of this program, or all others together. */
  readonly holders: Map<unknown, number>;
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

/** The objects of a server, by the names that proxies know them by; each lives as long as somebody holds it. */
export class Objects {
  readonly #registry: Registry;
  readonly #referents = new Map<string, Referent>();
  #made = 0;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  get size(): number {
    return this.#referents.size;
  }

  *all(): Generator<[string, Referent]> {
    yield* this.#referents;
  }

  get(ident: string): Referent {
    const referent = this.#referents.get(ident);
    if (referent === undefined) throw new RemoteError('ERR_MANAGER_OBJECT', `there is no object '${ident}' any more`);
    return referent;
  }

  /** Makes an object, held once by its holder. */
  async create(typeid: string, args: readonly unknown[], kwargs: object, holder: unknown): Promise<string> {
    const registered = this.#registry.get(typeid);
    if (!registered) throw new RemoteError('ERR_MANAGER_TYPEID', `KeyError: there is no type '${typeid}' here`);
    const all = withNamed(typeid, args, kwargs, true) as never[];
    const { make, isClass } = registered;
    const object: unknown = isClass ? Reflect.construct(make, all) : await make(...all);
    return this.add(typeid, object, holder);
  }

  add(typeid: string, value: unknown, holder: unknown): string {
    const registered = this.#registry.get(typeid);
    const isIterator = typeid === 'Iterator' && !(value instanceof ServerIterator);
    const object = isIterator ? new ServerIterator(value as Iterator<unknown>) : value;
    if (typeof object !== 'object' || object === null)
      throw new RemoteError('ERR_MANAGER_TYPEID', `'${typeid}' has made no object, but ${String(object)}`);
    const ident = (++this.#made).toString(16);
    this.#referents.set(ident, {
      typeid,
      object,
      exposed: new Set(registered?.exposed ?? publicMethods(object)),
      methodToTypeid: registered?.methodToTypeid ?? {},
      holders: new Map([[holder, 1]]),
    });
    return ident;
  }

  hold(ident: string, holder: unknown): void {
    const { holders } = this.get(ident);
    holders.set(holder, (holders.get(holder) ?? 0) + 1);
  }

  letGo(ident: string, holder: unknown): void {
    const { holders } = this.get(ident);
    const count = holders.get(holder) ?? 0;
    if (count <= 0) throw new RemoteError('ERR_MANAGER_OBJECT', `the object '${ident}' is not held by its client`);
    if (count > 1) holders.set(holder, count - 1);
    else holders.delete(holder);
    if (holders.size === 0) this.#referents.delete(ident);
  }

  /** Whoever has gone holds nothing any more. */
  forget(holder: unknown): void {
    for (const [ident, { holders }] of this.#referents)
      if (holders.delete(holder) && holders.size === 0) this.#referents.delete(ident);
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

  call(ident: string, method: string, args: readonly unknown[], kwargs: object, caller: Caller): unknown {
    const { object, exposed } = this.get(ident);
    const fallback = Object.hasOwn(fallbacks, method) ? fallbacks[method] : undefined;
    const own: unknown = (object as Record<string, unknown>)[method];
    if (!exposed.has(method) && fallback === undefined)
      throw new RemoteError('ERR_MANAGER_METHOD', `'${method}' is not exposed; exposed are ${[...exposed].join(', ')}`);
    if (typeof own !== 'function' || own === Object.prototype[method as 'toString']) {
      if (fallback) return fallback(object);
      throw new RemoteError('ERR_MANAGER_METHOD', `the object has no method '${method}'`);
    }
    const all = withNamed(method, args, kwargs, callerAware in object || object instanceof ServerQueue);
    if (callerAware in object) all.push(caller);
    return Reflect.apply(own, object, all) as unknown;
  }
}
