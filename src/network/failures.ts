import { ManyfoldError, OSError } from '../errors.js';
import { show, type Address } from './address.js';

/** The library's code for what the system says. */
const codes: Readonly<Record<string, string>> = {
  EADDRINUSE: 'ERR_ADDRESS_IN_USE',
  EADDRNOTAVAIL: 'ERR_ADDRESS_NOT_AVAILABLE',
  EAGAIN: 'ERR_CONNECTION_REFUSED',
  ECONNREFUSED: 'ERR_CONNECTION_REFUSED',
  ENOENT: 'ERR_CONNECTION_REFUSED',
  ECONNRESET: 'ERR_CONNECTION_RESET',
  EPIPE: 'ERR_BROKEN_PIPE',
  ENOTFOUND: 'ERR_HOST_UNKNOWN',
  EAI_AGAIN: 'ERR_HOST_UNKNOWN',
};

/** The library's error for one of Node or of the system; its own pass. */
export function failure(error: unknown, what: string, address?: Address): Error {
  if (error instanceof ManyfoldError || error instanceof RangeError || error instanceof TypeError) return error;
  const code = (error as { code?: string }).code ?? 'unknown';
  const where = address === undefined ? '' : ` ${show(address)}`;
  return new OSError(codes[code] ?? 'ERR_SYSTEM_CALL', `${what}${where}: ${code}`, { cause: error });
}
