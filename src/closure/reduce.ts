/** How an object says itself how it travels. */
import { PicklingError } from '../errors.js';

/**
 * The protocol for programs, Python's `__reduce__`: `object[reduce]()` returns `[fn, ...args]`, and the receiver has the
 * result of `fn(...args)`.
 *
 * @example
 * class Client {
 *   constructor(readonly address: string) {}
 *   [reduce]() { return [(address: string) => new Client(address), this.address]; }
 * }
 */
export const reduce: unique symbol = Symbol.for('manyfold.reduce') as never;

/**
 * The protocol of the library's own objects: `object[handle]()` returns `[type, state]`, and the receiver calls the
 * reviver that is registered under that name. The code of the class does not travel, so it works in a bundle too.
 */
export const handle: unique symbol = Symbol.for('manyfold.handle') as never;

type Revive = (state: unknown) => unknown;

// On the global object: two copies of the library in one process must know each other's handles.
const registryKey: unique symbol = Symbol.for('manyfold.handles') as never;
const shared = globalThis as { [registryKey]?: Map<string, Revive> };
const revivers = (shared[registryKey] ??= new Map<string, Revive>());

export function registerHandle(typeName: string, reviver: (state: unknown) => unknown): void {
  revivers.set(typeName, reviver);
}

export function revive(typeName: string, state: unknown): unknown {
  const reviver = revivers.get(typeName);
  if (reviver) return reviver(state);
  throw new PicklingError(
    'ERR_PICKLE_UNKNOWN_HANDLE',
    `cannot unpickle a '${typeName}': this process has not loaded its class`,
  );
}

/** Marks the functions that `byRef` makes. */
export const reference: unique symbol = Symbol.for('manyfold.reference') as never;

export interface Reference {
  readonly url: string;
  readonly name: string;
}

/**
 * A function told by address: the export `name` of a module. It travels without the inspector, and whatever the module
 * looks like. Called in this process it imports the module first, and so always returns a promise.
 *
 * @example
 * new Process({ target: byRef(import.meta, 'work') })
 */
export function byRef<F extends (...args: never[]) => unknown = (...args: unknown[]) => unknown>(
  meta: ImportMeta | string,
  name: string,
): ((...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>>) & { readonly [reference]: Reference } {
  const url = typeof meta === 'string' ? meta : meta.url;
  const call = async (...args: Parameters<F>): Promise<Awaited<ReturnType<F>>> => {
    const namespace = (await import(url)) as Record<string, F>;
    return (await namespace[name]?.(...args)) as Awaited<ReturnType<F>>;
  };
  Object.defineProperty(call, 'name', { value: name });
  return Object.assign(call, { [reference]: { url, name } });
}
