import { ArgumentTypeError, expected, ValueError } from '../errors.js';

/**
 * Where a listener is: `[host, port]` for TCP, or the name of a Unix socket: a path, or an abstract name, which begins with
 * `'\0'` and needs no file.
 */
export type Address = string | readonly [host: string, port: number];

/** The kinds of addresses. */
export type Family = 'AF_INET' | 'AF_UNIX';

/** The families of addresses that this platform has, the default one first. */
export const families: readonly Family[] = ['AF_UNIX', 'AF_INET'];

const HIGHEST_PORT = 65_535;

/** The family is told by the address; one that is named must be that one. */
export function checkAddress(address: Address, family?: Family): Address {
  if (family !== undefined) checkFamily(family);
  const own = familyOf(address);
  if (family !== undefined && own !== family)
    throw new ValueError('ERR_SOCKET_ADDRESS', `address: ${expected(`an address of ${family}`, address)}`);
  return address;
}

export function checkFamily(family: Family): void {
  if (!families.includes(family))
    throw new ValueError('ERR_SOCKET_FAMILY', `family: ${expected(`one of ${families.join(', ')}`, family)}`);
}

/** A copy of the key: what its owner does with it later changes nothing. Undefined stands for none, where that is allowed. */
export function checkKey(authkey: Uint8Array): Uint8Array;
export function checkKey(authkey: Uint8Array | null | undefined, optional: true): Uint8Array | undefined;
export function checkKey(authkey: Uint8Array | null | undefined, optional = false): Uint8Array | undefined {
  if (optional && (authkey === null || authkey === undefined)) return undefined;
  if (!(authkey instanceof Uint8Array))
    throw new ArgumentTypeError('ERR_AUTHKEY', `authkey: ${expected('bytes (a Uint8Array)', authkey)}`);
  return Uint8Array.from(authkey);
}

function familyOf(address: unknown): Family {
  if (typeof address === 'string') {
    if (address === '' || address.lastIndexOf('\0') > 0)
      throw new ValueError('ERR_SOCKET_ADDRESS', `address: ${expected('a path or an abstract name', address)}`);
    return 'AF_UNIX';
  }
  if (!Array.isArray(address) || address.length !== 2 || typeof address[0] !== 'string')
    throw new ArgumentTypeError('ERR_SOCKET_ADDRESS', `address: ${expected('[host, port] or a name', address)}`);
  const port: unknown = address[1];
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > HIGHEST_PORT)
    throw new ValueError('ERR_SOCKET_ADDRESS', `port: ${expected(`a whole number from 0 to ${HIGHEST_PORT}`, port)}`);
  return 'AF_INET';
}

/** An address as a message shows it. */
export function show(address: Address): string {
  return typeof address === 'string' ? JSON.stringify(address) : address.join(':');
}
