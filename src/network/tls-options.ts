import type nodeTls from 'node:tls';
import { ArgumentTypeError, expected, ValueError } from '../errors.js';

/** Node's options; undefined: none were given. */
export function checkTls<T extends object>(options: T | null | undefined): T | undefined {
  if (options === undefined || options === null) return undefined;
  if (typeof options !== 'object')
    throw new ArgumentTypeError('ERR_TLS_OPTIONS', `tls: ${expected("Node's options for TLS", options)}`);
  try {
    tls().createSecureContext(options);
  } catch (error) {
    throw new ValueError('ERR_TLS_OPTIONS', `tls: Node does not take the options: ${(error as Error).message}`);
  }
  return options;
}

/** Loaded when it is needed: it takes milliseconds. */
export function tls(): typeof nodeTls {
  return process.getBuiltinModule('node:tls');
}
