import type { BaseProxy } from './proxy.js';

/** What a method of a proxy calls at the server, and what it makes of the result. */
export interface Call<R> {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly map: (result: unknown) => R;
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

/** Gives a class of proxies its methods. */
export function addCalls(type: { readonly prototype: object }, calls: Calls): void {
  for (const [name, make] of Object.entries(calls)) {
    const build = make as (...args: unknown[]) => Call<unknown>;
    const define = (as: string, value: unknown): void =>
      void Object.defineProperty(type.prototype, as, { value, writable: true, configurable: true });
    define(name, async function awaited(this: BaseProxy, ...args: unknown[]) {
      const { method, args: given, map } = build(...args);
      return map(await this.callMethod(method, given));
    });
    define(`${name}Sync`, function blocking(this: BaseProxy, ...args: unknown[]) {
      const { method, args: given, map } = build(...args);
      return map(this.callMethodSync(method, given));
    });
  }
}
