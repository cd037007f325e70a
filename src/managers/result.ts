import { RemoteError } from '../pickle/errors.js';
import type { ProxyParts } from './reference.js';
import { ERROR, ITEM, PROXY, RETURN, UNDECODABLE, type Reply, type Token } from './wire.js';

/** What a reply says: gives the result, or throws. */
export function resultOf(reply: unknown, rebuild: (parts: ProxyParts, keeps?: object) => object): unknown {
  const [first] = reply as readonly unknown[];
  const [kind, payload] = (Array.isArray(first) ? first : reply) as Reply;
  switch (kind) {
    case RETURN:
    case ITEM:
      return payload;
    case ERROR:
    case UNDECODABLE:
      throw payload;
    case PROXY: {
      const [exposed, token, keeps] = payload as readonly [readonly string[], Token, object | undefined];
      return rebuild({ token, exposed, proxy: 'AutoProxy' }, keeps);
    }
    default:
      throw new RemoteError('ERR_MANAGER_REMOTE', `the server could not do it:\n${String(payload)}`);
  }
}

/** An aborted call ends with the signal's reason, unless it has done what it was to do before the server heard of it. */
export async function settled(
  reply: Promise<unknown>,
  read: (reply: unknown) => unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (signal === undefined) return read(await reply);
  try {
    const result = read(await reply);
    if (!signal.aborted || result !== false) return result;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  throw signal.reason;
}

/** Whether the server waits to hear that the reply has come. */
export function isItem(reply: unknown): boolean {
  return (reply as Reply)[0] === ITEM;
}
