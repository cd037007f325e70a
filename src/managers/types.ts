import { ArgumentTypeError, expected } from '../errors.js';
import type { RegisterOptions } from './options.js';
import type { Registered } from './registry.js';
import type { Registration } from './serve.js';

/** A class, or a function that makes an object. */
export type Make = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => object);

/** The types that each class of managers has of its own. */
const types = new WeakMap<object, Map<string, Registration[1]>>();

export function registerType(
  manager: object,
  typeid: string,
  make: Make | null | undefined,
  { exposed, methodToTypeid, proxytype = 'AutoProxy' }: RegisterOptions,
): void {
  if (typeof typeid !== 'string' || typeid === '')
    throw new ArgumentTypeError('ERR_MANAGER_REGISTER', `typeid: ${expected('a name', typeid)}`);
  if (make !== undefined && make !== null && typeof make !== 'function')
    throw new ArgumentTypeError('ERR_MANAGER_REGISTER', `callable: ${expected('a class or a function', make)}`);
  const own = types.get(manager) ?? new Map<string, Registration[1]>();
  types.set(manager, own);
  const type = { exposed, methodToTypeid, proxy: proxytype };
  own.set(typeid, { ...type, make: (make ?? unknown(typeid)) as Registered['make'] });
}

/** Those of a class of managers and of those that it extends. */
export function typesOf(manager: object): Registration[] {
  const all = new Map<string, Registration[1]>();
  const classes: object[] = [];
  for (let at: object | null = manager; at !== null; at = Object.getPrototypeOf(at) as object | null)
    classes.unshift(at);
  for (const at of classes) for (const [typeid, type] of types.get(at) ?? []) all.set(typeid, type);
  return [...all];
}

/** A type without a maker is somebody else's: asking this server for it is a mistake. */
function unknown(typeid: string): () => never {
  return () => {
    throw new TypeError(`'${typeid}' is registered without a class or function`);
  };
}

/** Unless there is one of that name. */
export function define(prototype: object, name: string, value: unknown): void {
  if (!(name in prototype)) Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}
