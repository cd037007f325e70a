import { createRequire } from 'node:module';
import type * as httpModule from 'node:http';
import type * as httpsModule from 'node:https';
import { here } from '../system/installation.js';

const require = createRequire(here);

/**
 * In a forked child: the connections that `http`, `https` and `fetch` keep open for their next requests are the parent's,
 * and dead here. Requests of the child open their own.
 */
export function forgetConnections(): void {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] };
  const isLoaded = (module: string): boolean => moduleLoadList.includes(`NativeModule ${module}`);
  if (isLoaded('http')) empty((require('node:http') as typeof httpModule).globalAgent);
  if (isLoaded('https')) empty((require('node:https') as typeof httpsModule).globalAgent);
  if (isLoaded('internal/deps/undici/undici')) renewDispatchers();
}

function empty(agent: httpModule.Agent): void {
  for (const table of [agent.freeSockets, agent.sockets, agent.requests] as Record<string, unknown>[]) {
    for (const name of Object.keys(table)) delete table[name];
  }
  Object.assign(agent, { totalSocketCount: 0 });
}

type Dispatchers = Record<symbol, { readonly constructor: new (agent?: object) => object } | undefined>;

/** Those of `fetch`; one that the program has put in their place is the program's business. */
function renewDispatchers(): void {
  const dispatchers = globalThis as unknown as Dispatchers;
  const [first, second] = [1, 2].map((version) => Symbol.for(`undici.globalDispatcher.${version}`)) as [symbol, symbol];
  const agent = [dispatchers[second], dispatchers[first]].find((known) => known?.constructor.name === 'Agent');
  if (agent === undefined) return;
  const renewed = new agent.constructor();
  for (const version of [first, second]) {
    const known = dispatchers[version];
    if (known?.constructor.name === 'Agent') Object.assign(globalThis, { [version]: renewed });
    if (known?.constructor.name === 'Dispatcher1Wrapper') {
      Object.assign(globalThis, { [version]: new known.constructor(renewed) });
    }
  }
}
