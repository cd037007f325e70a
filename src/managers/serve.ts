import type { Connection } from '../channel/connection.js';
import { self } from '../memory/slots.js';
import type { Address } from '../network/address.js';
import { allowChildren } from '../process/daemon.js';
import type { Lobby } from './lines.js';
import { addProxies } from './proxies.js';
import { builtinTypes, type Registered } from './registry.js';
import { Server } from './server.js';
import { enterServer, leaveServer } from './travel.js';

export type Registration = readonly [typeid: string, registered: Omit<Registered, 'isClass'>];

export interface ServeOptions {
  readonly types: readonly Registration[];
  readonly builtins: boolean;
  readonly address: Address | null;
  readonly authkey: Uint8Array;
  readonly tls: object | undefined;
  /** Its `presence` ends, for all clients, when this process does. */
  readonly lobby: Omit<Lobby, 'host'>;
  /** Learns the address and the thread, or what went wrong. */
  readonly ready: Connection<Ready, never>;
  readonly initializer: ((...args: never[]) => unknown) | null;
  readonly initargs: readonly unknown[];
  /** The process that has started it. */
  readonly starter: number;
}

/** What the starter is told. */
export type Ready = { readonly address: Address; readonly host: number } | { readonly error: unknown };

export function registryOf(types: readonly Registration[], builtins: boolean): Map<string, Registered> {
  const own = types.map(([typeid, type]): [string, Registered] => [typeid, { ...type, isClass: isClass(type.make) }]);
  return new Map([...(builtins ? builtinTypes : []), ...own]);
}

function isClass(make: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(make));
}

/** The life of a manager's process. */
export async function serve(options: ServeOptions): Promise<void> {
  const { types, builtins, address, authkey, tls, lobby, ready, initializer, initargs, starter } = options;
  const { id, pipes, presence } = lobby;
  addProxies();
  allowChildren(); // those of its pools, which end with it
  if (process.pid !== starter) process.on('SIGINT', () => {}); // Ctrl-C is for the main process, which shuts this one down
  let server: Server;
  try {
    await initializer?.(...(initargs as never[]));
    server = new Server(registryOf(types, builtins), address ?? undefined, authkey, tls);
  } catch (error) {
    await ready.send({ error });
    ready.close();
    presence.close();
    return;
  }
  server.openLobby({ address: server.address, authkey, lobby: { ...lobby, host: self() } });
  enterServer(id, (parts) => server.proxyOf(parts));
  await ready.send({ address: server.address, host: self() });
  ready.close();
  void (async () => {
    await server.stopped;
    leaveServer(id);
    pipes.close();
    presence.close();
  })();
  const local = (async () => {
    for await (const knock of pipes) void server.serveLocal(knock);
  })();
  try {
    await Promise.all([server.serveForever(), local]);
  } finally {
    server.stop(); // one that is a coroutine may have been killed
  }
}
