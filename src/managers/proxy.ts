import { ArgumentTypeError, expected } from '../errors.js';
import { handle } from '../memory/handle.js';
import { inForkedChild } from '../system/generation.js';
import { lend } from '../memory/loans.js';
import { Block } from './block.js';
import type { Channel } from './channel.js';
import { Link } from './link.js';
import type { Way } from './lines.js';
import { partsOf, type ProxyParts } from './reference.js';
import { TRANSACTION, type Request } from './wire.js';

const NOTHING = {};

interface Counted {
  readonly link: Link;
  readonly ident: string;
  /** Its beginning, which comes before its end. */
  readonly since: Promise<unknown> | undefined;
  readonly process: object;
}

/** This process: what a parent has counted is the parent's to let go of. */
let thisProcess = {};

const letGo = new FinalizationRegistry<Counted>(({ link, ident, since, process: counter }) => {
  if (counter !== thisProcess) return;
  const decref = (): Promise<unknown> => link.control('decref', [ident]);
  Promise.resolve(since)
    .then(decref)
    .catch(() => {}); // the server has gone, and the object with it
});

/**
 * Stands for an object in a manager's server. It travels anywhere a value does, also into other such objects, and the
 * object lives as long as somebody has a proxy of it.
 *
 * @example
 * const ages = await manager.dict();
 * String(ages); // what it is; await ages.copy() is what is in it
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.BaseProxy
 */
export class BaseProxy {
  protected readonly link: Link;
  readonly #parts: ProxyParts;
  /** What keeps the object: its block, or at the server the object itself. */
  readonly #keeps: object | undefined;
  /** For a proxy whose server counts: its own block, as long as others have that the server may not know of yet. */
  #ticket: Block | undefined;

  /** Made by managers. */
  constructor(link: Link, parts: ProxyParts, keeps?: object, since?: Promise<unknown>) {
    this.link = link;
    this.#parts = parts;
    this.#keeps = keeps;
    if (link.counts) letGo.register(this, { link, ident: parts.token.id, since, process: thisProcess });
  }

  /** Calls a method of the object by its name. */
  callMethod(
    name: string,
    args: readonly unknown[] = [],
    kwargs: Request[3] = NOTHING,
    signal?: AbortSignal,
  ): Promise<unknown> {
    return this.link.call([this.#parts.token.id, name, args, kwargs], signal);
  }

  /** Like `callMethod`, and blocks the calling thread. */
  callMethodSync(name: string, args: readonly unknown[] = [], kwargs: Request[3] = NOTHING): unknown {
    return this.link.callSync([this.#parts.token.id, name, args, kwargs]);
  }

  protected callOn(line: Channel, name: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    return this.link.callOn(line, [this.#parts.token.id, name, args, NOTHING], signal);
  }

  protected callOnSync(line: Channel, name: string, args: readonly unknown[]): unknown {
    return this.link.callOnSync(line, [this.#parts.token.id, name, args, NOTHING]);
  }

  /**
   * Runs a function at the server, with the object and these arguments, and gives what it returns. Nobody else's call
   * comes in between, so what it reads and then writes needs no lock; for the same reason it has to be done at once, and
   * waits for nothing. An object of `SyncManager` has the methods that its proxy has; one of a class of yours is itself.
   *
   * @example
   * await counts.transaction((dict, word) => dict.set(word, Number(dict.get(word, 0)) + 1), 'hello');
   *
   * @throws {TypeError} ERR_MANAGER_TRANSACTION: it is no function, or it returns a promise
   * @throws {PicklingError} it cannot travel, as no function does to another program
   */
  async transaction(change: (...all: never[]) => unknown, ...args: readonly unknown[]): Promise<unknown> {
    return this.callMethod(TRANSACTION, [checkChange(change), ...args]);
  }

  /** Like `transaction`, and blocks the calling thread. */
  transactionSync(change: (...all: never[]) => unknown, ...args: readonly unknown[]): unknown {
    return this.callMethodSync(TRANSACTION, [checkChange(change), ...args]);
  }

  /** A copy of the object. */
  getValue(): Promise<unknown> {
    return this.callMethod('#GETVALUE');
  }

  /** Like `getValue`, and blocks the calling thread. */
  getValueSync(): unknown {
    return this.callMethodSync('#GETVALUE');
  }

  /** Which object it stands for. */
  toString(): string {
    return `<${this.#parts.proxy} object, typeid '${this.#parts.token.typeid}' at ${this.#parts.token.id}>`;
  }

  [partsOf](): ProxyParts {
    return this.#parts;
  }

  [handle](): [string, unknown] {
    const { token, proxy, exposed } = this.#parts;
    const { typeid, id } = token;
    const keeps = this.#keeps ?? this.#lent();
    return ['ManagerProxy', { way: this.link.way, typeid, id, proxy, exposed: exposed && [...exposed], keeps }];
  }

  /** This proxy stays, and with it the object, until those who get it have said to the server that they have it. */
  #lent(): Block {
    const ticket = (this.#ticket ??= Block.create());
    lend(ticket.address, () => void this.#ticket);
    return ticket;
  }
}

function checkChange(change: unknown): unknown {
  if (typeof change === 'function') return change;
  throw new ArgumentTypeError('ERR_MANAGER_TRANSACTION', `change: ${expected('a function', change)}`);
}

/** Which class stands for the objects of a type, and for those of a proxy's class in Python; set by proxies.ts. */
export const classesByType = new Map<string, ProxyClass>();
export const classesByProxy = new Map<string, ProxyClass>();

export type ProxyClass = new (link: Link, parts: ProxyParts, keeps?: object, since?: Promise<unknown>) => BaseProxy;

export function makeProxy(link: Link, parts: ProxyParts, keeps?: object, since?: Promise<unknown>): BaseProxy {
  const Class = classesByType.get(parts.token.typeid) ?? classesByProxy.get(parts.proxy);
  if (Class) return new Class(link, parts, keeps, since);
  const proxy = new BaseProxy(link, parts, keeps, since);
  return parts.exposed ? withMethods(proxy, parts.exposed) : proxy;
}

/** A proxy that has the methods of its object, by their names. */
function withMethods(proxy: BaseProxy, exposed: readonly string[]): BaseProxy {
  for (const name of exposed) {
    if (name in proxy) continue;
    const define = (as: string, value: unknown): void => void Object.defineProperty(proxy, as, { value });
    define(name, (...args: unknown[]) => proxy.callMethod(name, args));
    define(`${name}Sync`, (...args: unknown[]) => proxy.callMethodSync(name, args));
  }
  return proxy;
}

const links = new Map<string, Link>();

/** The lines of this process to one server are shared by all its proxies. */
export function linkTo(way: Way): Link {
  const key = keyOf(way);
  const known = links.get(key);
  if (known) return known;
  if (links.size === 0) process.once('exit', sayGoodbye);
  const link = new Link(way, makeProxy);
  links.set(key, link);
  return link;
}

function sayGoodbye(code: number): void {
  if (code === 0) for (const link of links.values()) link.sayGoodbye();
}

inForkedChild(() => {
  thisProcess = {};
  for (const link of links.values()) link.renew();
});

function keyOf({ address, authkey, tls, lobby }: Way): string {
  return `${lobby?.id ?? 'remote'} ${JSON.stringify([address, tls])} ${Buffer.from(authkey).toString('hex')}`;
}

export function forgetLink(link: Link): void {
  link.close();
  const key = keyOf(link.way);
  if (links.get(key) === link) links.delete(key);
  if (links.size === 0) process.off('exit', sayGoodbye);
}
