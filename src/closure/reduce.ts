/** How an object of the program says itself how it travels; for the library's own there are handles (memory/handle.ts). */

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
