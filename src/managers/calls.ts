import type { WaitOptions } from '../sync/options.js';
import type { BaseProxy } from './proxy.js';

/** What a method of a proxy calls at the server, and what it makes of the result. */
export interface Call<R> {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly map: (result: unknown) => R;
  /** Ends the call, where it waits. */
  readonly signal?: AbortSignal | undefined;
  /** What an error means, where that is no error. */
  readonly caught?: ((error: unknown) => R) | undefined;
}

export type Calls = Readonly<Record<string, (...args: never[]) => Call<unknown>>>;

type ResultOf<C> = C extends (...args: never[]) => Call<infer R> ? R : never;
type ArgumentsOf<C> = C extends (...args: infer A) => unknown ? A : never;

/** The methods of a proxy: each awaited, and each with its blocking twin. */
export type Methods<S> = {
  [K in keyof S]: (...args: ArgumentsOf<S[K]>) => Promise<ResultOf<S[K]>>;
} & {
  [K in keyof S & string as `${K}Sync`]: (...args: ArgumentsOf<S[K]>) => ResultOf<S[K]>;
};

export function call<R = unknown>(method: string, ...args: readonly unknown[]): Call<R> {
  return { method, args, map: (result) => result as R };
}

export function mapped<R>(map: (result: unknown) => R, method: string, ...args: readonly unknown[]): Call<R> {
  return { method, args, map };
}

/** A call that waits, and can be ended. */
export function until<R>(options: WaitOptions | undefined, made: Call<R>): Call<R> {
  return options?.signal === undefined ? made : { ...made, signal: options.signal };
}

/** An error of Python that only says that there is no such thing is a result here. */
export function unless<R>(name: string, otherwise: R, made: Call<R>): Call<R> {
  return {
    ...made,
    caught: (error) => {
      if ((error as { name?: unknown }).name === name) return otherwise;
      throw error;
    },
  };
}

/** The methods of a proxy as a transaction has them at the server: at once. */
export type Local<S> = { readonly [K in keyof S]: (...args: ArgumentsOf<S[K]>) => ResultOf<S[K]> };

/** An object of a server with the methods of its proxies. */
export function localOf(object: object, calls: Calls): object {
  const methods = Object.entries(calls).map(([name, make]): [string, unknown] => {
    const build = make as (...args: unknown[]) => Call<unknown>;
    const run = (...args: unknown[]): unknown => {
      const { method, args: given, map, caught = rethrow } = build(...args);
      try {
        return map((object as Record<string, (...args: unknown[]) => unknown>)[method]!(...given));
      } catch (error) {
        return caught(error);
      }
    };
    return [name, run];
  });
  return Object.fromEntries(methods);
}

function rethrow(error: unknown): never {
  throw error;
}

/** Gives a class of proxies its methods. */
export function addCalls(type: { readonly prototype: object }, calls: Calls): void {
  for (const [name, make] of Object.entries(calls)) {
    const build = make as (...args: unknown[]) => Call<unknown>;
    const define = (as: string, value: unknown): void =>
      void Object.defineProperty(type.prototype, as, { value, writable: true, configurable: true });
    define(name, async function awaited(this: BaseProxy, ...args: unknown[]) {
      const { method, args: given, map, signal, caught } = build(...args);
      const result = this.callMethod(method, given, undefined, signal);
      return caught === undefined ? map(await result) : result.then(map, caught);
    });
    define(`${name}Sync`, function blocking(this: BaseProxy, ...args: unknown[]) {
      const { method, args: given, map, caught = rethrow } = build(...args);
      try {
        return map(this.callMethodSync(method, given));
      } catch (error) {
        return caught(error);
      }
    });
  }
}
