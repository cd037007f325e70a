import { inForkedChild } from '../system/generation.js';
import type { Way } from './lines.js';
import { addProxies } from './proxies.js';
import { linkTo, makeProxy, type BaseProxy } from './proxy.js';
import type { ProxyParts } from './reference.js';
import { Token } from './wire.js';

interface Travelled {
  readonly way: Way;
  readonly typeid: string;
  readonly id: string;
  readonly proxy: string;
  readonly exposed: readonly string[] | undefined;
  /** Has kept the object on the way. */
  readonly keeps: object;
}

/** The servers in this very process, by the id of their lobby: how they make proxies of their own objects. */
const here = new Map<string, (parts: ProxyParts) => object>();

inForkedChild(() => here.clear());

export function enterServer(id: string, proxyOf: (parts: ProxyParts) => object): void {
  here.set(id, proxyOf);
}

export function leaveServer(id: string): void {
  here.delete(id);
}

/** A proxy that has come from another process of this program. */
export function reviveProxy(state: unknown): object {
  addProxies();
  const { way, typeid, id, proxy, exposed, keeps } = state as Travelled;
  const address = typeof way.address === 'string' ? way.address : Object.freeze([...way.address]);
  const parts = { token: Token.of(typeid, address, id), proxy, exposed };
  const inside = way.lobby && here.get(way.lobby.id);
  if (inside) return inside(parts);
  const link = linkTo(way);
  if (!link.counts) return makeProxy(link, parts, keeps);
  const counted = link.control('incref', [id]);
  counted.catch(() => {}); // whoever calls it learns why
  return hold(makeProxy(link, parts, undefined, counted), keeps);
}

/** The sender's proxy stays as well: this process may end its first turn before it has spoken to the server. */
function hold(proxy: BaseProxy, ticket: object): BaseProxy {
  tickets.set(proxy, ticket);
  return proxy;
}

const tickets = new WeakMap<BaseProxy, object>();
