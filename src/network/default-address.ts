import { Buffer } from 'node:buffer';
import { peerUser } from '../system/socket.js';
import { randomBytes } from '../system/random.js';
import type { Address, Family } from './address.js';

const NAME_BYTES = 16;

/**
 * The address of a listener that is given none: on the loopback interface, or an abstract name, of which nothing is left
 * whatever happens to the program. A name has no permissions, so who may connect is checked by `isOwnUser`; CPython's
 * socket in a private folder lets in the same users.
 */
export function defaultAddress(family: Family = 'AF_UNIX'): Address {
  if (family === 'AF_INET') return ['localhost', 0];
  return `\0manyfold-${Buffer.from(randomBytes(NAME_BYTES)).toString('hex')}`;
}

/** Whether the other side of a socket is this user, or the superuser. */
export function isOwnUser(fd: number): boolean {
  const user = peerUser(fd);
  return user === 0 || user === process.geteuid?.();
}
