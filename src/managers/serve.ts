import type { Connection } from '../channel/connection.js';
import type { Queue } from '../channel/queue.js';
import { self } from '../memory/slots.js';
import type { Address } from '../network/address.js';
import { allowChildren } from '../process/daemon.js';
import { addProxies } from './proxies.js';
import { builtinTypes, type Registered } from './registry.js';
import { Server } from './server.js';

export type Registration = readonly [typeid: string, registered: Omit<Registered, 'isClass'>];

export interface ServeOptions {
  readonly types: readonly Registration[];
  readonly builtins: boolean;
  readonly address: Address | null;
  readonly authkey: Uint8Array;
  readonly pipes: Queue<Connection>;
  /** Ends, for all clients, when this process does. */
  readonly presence: Connection;
  /** Learns the address and the thread, or what went wrong. */
  readonly ready: Connection;
  readonly initializer: ((...args: never[]) => unknown) | null;
  readonly initargs: readonly unknown[];
  /** The process that has started it. */
  readonly starter: number;
}

export function registryOf(types: readonly Registration[], builtins: boolean): Map<string, Registered> {
  const own = types.map(([typeid, type]): [string, Registered] => [typeid, { ...type, isClass: isClass(type.make) }]);
  return new Map([...(builtins ? builtinTypes : []), ...own]);
}

function isClass(make: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(make));
}

/** The life of a manager's process. */
export async function serve(options: ServeOptions): Promise<void> {
  const { types, builtins, address, authkey, pipes, presence, ready, initializer, initargs, starter } = options;
  addProxies();
  allowChildren(); // those of its pools, which end with it
  if (process.pid !== starter) process.on('SIGINT', () => {}); // Ctrl-C is for the main process, which shuts this one down
  let server: Server;
  try {
    await initializer?.(...(initargs as never[]));
    server = new Server(registryOf(types, builtins), address ?? undefined, authkey);
  } catch (error) {
    await ready.send({ error });
    ready.close();
    presence.close();
    return;
  }
  await ready.send({ address: server.address, host: self() });
  ready.close();
  void (async () => {
    await server.stopped;
    pipes.close();
    presence.close();
  })();
  const local = (async () => {
    for await (const connection of pipes) void server.serveLocal(connection);
  })();
  try {
    await Promise.all([server.serveForever(), local]);
  } finally {
    server.stop(); // one that is a coroutine may have been killed
  }
}
