import { ArgumentTypeError, expected, OSError } from '../errors.js';

/** What has a descriptor: its number, a FileHandle of `node:fs/promises`, a socket of `node:net`, or what has a `fileno`. */
export type HasDescriptor = number | { readonly fd: number } | { fileno(): number } | NodeSocket;

/** What there is to see of a socket or server of `node:net`. */
interface NodeSocket {
  address(): unknown;
}

/**
 * The number of its descriptor in this process.
 *
 * @throws {TypeError} ERR_HANDLE_TYPE
 * @throws {OSError} ERR_HANDLE_CLOSED: it has none any more
 */
export function descriptorOf(object: unknown): number {
  const fd = typeof object === 'number' ? object : readDescriptor(object);
  if (fd === undefined) throw new ArgumentTypeError('ERR_HANDLE_TYPE', `handle: ${expected(WANTED, object)}`);
  if (!Number.isInteger(fd) || fd < 0)
    throw new OSError('ERR_HANDLE_CLOSED', `handle: expected an open descriptor, got ${String(fd)}`);
  return fd;
}

const WANTED = 'a descriptor, or a file or socket that has one';

function readDescriptor(object: unknown): number | undefined {
  if (typeof object !== 'object' || object === null) return undefined;
  const { fd, fileno, _handle } = object as { fd?: unknown; fileno?: unknown; _handle?: { fd?: unknown } | null };
  if (typeof fd === 'number') return fd;
  if (typeof fileno === 'function') return (object as { fileno(): number }).fileno();
  // A socket that has been closed, or is not connected yet, has no handle.
  if ('_handle' in object) return typeof _handle?.fd === 'number' ? _handle.fd : -1;
  return undefined;
}
