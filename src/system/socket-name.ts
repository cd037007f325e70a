import { ValueError } from '../errors.js';
import { errorName } from './error.js';
import { copyBytes, freeaddrinfo, getaddrinfo, pointerAt } from './libc.js';

/** A TCP address, or the name of a Unix socket: a path, or an abstract name, which begins with a NUL. */
export type SocketName = string | readonly [host: string, port: number];

/**
 * An address as the kernel reads it: the family in two bytes, then for TCP the port (big-endian) and four bytes of
 * address, or the name of a Unix socket, with a NUL at its end if it is a path.
 */
export const AF_UNIX = 1;
export const AF_INET = 2;
const SOCK_STREAM = 1;
const LONGEST_NAME = 108;
const TCP_BYTES = 16;
/** Room for any address. */
export const NAME_BYTES = 2 + LONGEST_NAME + 1;

/** A call on a socket that failed; `code` is the name of the errno. */
export class SocketFailure extends Error {
  readonly code: string;

  constructor(call: string, code = errorName()) {
    super(`${call} failed: ${code}`);
    this.code = code;
  }
}

export function encodeName(name: SocketName): Uint8Array {
  return typeof name === 'string' ? encodeUnixName(name) : encodeTcpName(...name);
}

function encodeUnixName(name: string): Uint8Array {
  const text = Buffer.from(name.startsWith('\0') ? name : `${name}\0`);
  if (text.length > LONGEST_NAME)
    throw new ValueError(
      'ERR_SOCKET_ADDRESS',
      `address: expected a name of at most ${LONGEST_NAME - 1} bytes, got ${name.length}`,
    );
  const bytes = Buffer.alloc(2 + text.length);
  bytes.writeUInt16LE(AF_UNIX, 0);
  text.copy(bytes, 2);
  return bytes;
}

function encodeTcpName(host: string, port: number): Uint8Array {
  const bytes = Buffer.alloc(TCP_BYTES);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(host === '' ? [0, 0, 0, 0] : (parseHost(host) ?? resolveHost(host)), 4);
  return bytes;
}

function parseHost(host: string): number[] | undefined {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) ? host.split('.').map(Number) : undefined;
}

/** Asks the system, as CPython does; of its `struct addrinfo` only the address at byte 24 matters. */
function resolveHost(host: string): Uint8Array {
  const hints = new Int32Array([0, AF_INET, SOCK_STREAM, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const found: [unknown] = [null];
  if (getaddrinfo(host, null, hints, found) !== 0) throw new SocketFailure(`getaddrinfo of '${host}'`, 'ENOTFOUND');
  try {
    return copyBytes(pointerAt(found[0], ADDRINFO_ADDRESS), TCP_BYTES).subarray(4, 8);
  } finally {
    freeaddrinfo(found[0]);
  }
}

const ADDRINFO_ADDRESS = 24;

export function decodeName(bytes: Buffer): SocketName {
  if (bytes.readUInt16LE(0) === AF_INET) return [bytes.subarray(4, 8).join('.'), bytes.readUInt16BE(2)];
  const name = bytes.subarray(2).toString('utf8');
  return name.startsWith('\0') ? name : name.replace(/\0.*$/s, '');
}
