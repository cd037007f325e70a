import type { ConnectionOptions, TlsOptions } from 'node:tls';
import type { Address } from '../network/address.js';
import type { Process } from '../process/process.js';
import type { Transactions } from './proxies.js';
import type { BaseProxy } from './proxy.js';

/** How a manager is made. */
export interface ManagerOptions {
  /** Where the server listens or is to be found; one that is made up unless given. */
  readonly address?: Address | undefined;
  /** What clients have to know; the process's own key unless given. */
  readonly authkey?: Uint8Array | undefined;
  /** Node's options for TLS between programs: a server's `{ key, cert }`, a client's `{ ca }`; none unless given. */
  readonly tls?: TlsOptions | ConnectionOptions | null | undefined;
  /** How long `shutdown` waits (ms) before it terminates the server; 1000 unless given. */
  readonly shutdownTimeout?: number | undefined;
  /** How the server process is started: a context, as `getContext` gives it. */
  readonly context?: { readonly Process: typeof Process } | undefined;
}

/** How a type is offered by a manager. */
export interface RegisterOptions {
  /** The methods that proxies have; all public ones unless given. */
  readonly exposed?: readonly string[] | undefined;
  /** Methods whose result stays at the server, by the type that it is there. */
  readonly methodToTypeid?: Readonly<Record<string, string>> | undefined;
  /** The class of the proxies in Python; `AutoProxy` unless given. */
  readonly proxytype?: string | undefined;
}

/** A class as its proxies have it: every method awaited, and each with its blocking twin. */
export type Remote<T> = T extends BaseProxy
  ? T
  : Transactions<T> &
      BaseProxy & {
        readonly [K in keyof T as T[K] extends (...args: never[]) => unknown ? K : never]: T[K] extends (
          ...args: infer A
        ) => infer R
          ? (...args: A) => Promise<Awaited<R>>
          : never;
      } & {
        readonly [
          K in keyof T & string as T[K] extends (...args: never[]) => unknown ? `${K}Sync` : never
        ]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Awaited<R> : never;
      };
