import type { Way } from './link.js';
import { addProxies } from './proxies.js';
import { linkTo, makeProxy, type BaseProxy } from './proxy.js';
import { Token } from './wire.js';

interface Travelled {
  readonly way: Way;
  readonly typeid: string;
  readonly id: string;
  readonly proxy: string;
  readonly exposed: readonly string[] | undefined;
}

/** A proxy that has come from another process of this program. */
export function reviveProxy(state: unknown): BaseProxy {
  addProxies();
  const { way, typeid, id, proxy, exposed } = state as Travelled;
  const link = linkTo(way);
  const address = typeof way.address === 'string' ? way.address : Object.freeze([...way.address]);
  link.control('incref', [id]).catch(() => {}); // whoever calls it learns why
  return makeProxy(link, { token: Token.of(typeid, address, id), proxy, exposed });
}
