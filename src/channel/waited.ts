import { ArgumentTypeError, expected } from '../errors.js';
import { pollReadable } from '../system/pipe.js';
import { readiness, type HasReadiness, type Readiness } from './ready.js';

/**
 * What `wait` can wait for: a connection or queue, ready when `recv` or `get` would not wait; a process's `sentinel` or
 * another descriptor, as a number; and whatever has one: a socket or stream of Node's, or an object with a `fileno` method.
 */
export type Waited = HasReadiness | number | { readonly fd: number } | { fileno(): number } | NodeSocket;

/** What there is to see of a socket of `node:net`. */
interface NodeSocket {
  readonly readableLength: number;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
}

/** Reads all at once, so that what is wrong with one fails before anybody waits. */
export function readinessOf(object: unknown): Readiness {
  if (typeof object === 'number') return checked(object, object);
  if (typeof object === 'object' && object !== null) {
    if (readiness in object) return (object as HasReadiness)[readiness]();
    const socket = object as NodeSocket;
    const ofNode = Reflect.get(object, '_handle') as { readonly fd?: unknown } | null | undefined;
    if (typeof ofNode?.fd === 'number') {
      const isReady = (): boolean => socket.readableLength > 0 || socket.readableEnded || socket.destroyed;
      return { ...checked(ofNode.fd, object), isReady };
    }
    if (socket.destroyed) return ALWAYS;
    const { fd, fileno } = object as { readonly fd?: unknown; readonly fileno?: unknown };
    if (typeof fd === 'number') return checked(fd, object);
    if (typeof fileno === 'function') return checked((object as { fileno(): number }).fileno(), object);
  }
  throw new ArgumentTypeError('ERR_WAIT_OBJECT', `objects: ${expected(WAITED, object)}`);
}

const WAITED = 'connections, queues, sockets, sentinels and other descriptors';

/** What has come to its end and has no descriptor any more. */
const ALWAYS: Readiness = { fd: -1, isReady: () => true };

function checked(fd: number, object: unknown): { readonly fd: number } {
  if (!Number.isInteger(fd) || fd < 0)
    throw new ArgumentTypeError('ERR_WAIT_OBJECT', `objects: ${expected(WAITED, object)}`);
  return { fd };
}

/** Which of them are ready at this moment. */
export function lookAtAll(sources: readonly Readiness[], patient: boolean): boolean[] {
  const ready = sources.map((source) => {
    source.closed?.throwIfAborted();
    return 'waitable' in source ? source.waitable.attempt(patient) === true : source.isReady?.() === true;
  });
  const places = sources.flatMap((source, place) => (ready[place] || 'waitable' in source ? [] : [place]));
  if (places.length === 0) return ready;
  const descriptors = places.map((place) => (sources[place] as { fd: number }).fd);
  for (const [number, readable] of pollReadable(descriptors, 0).entries()) ready[places[number]!] = readable;
  return ready;
}

/** The descriptors among the sources. */
export function descriptorsOf(sources: readonly Readiness[]): number[] {
  return sources.flatMap((source) => ('waitable' in source ? [] : [source.fd]));
}
