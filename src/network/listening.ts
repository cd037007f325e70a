import { inForkedChild } from '../system/generation.js';
import type { Address } from './address.js';

/** Where listeners of this thread listen: a thread that blocks until one of its own answers would do so for ever. */
const addresses = new Set<Address>();

inForkedChild(() => addresses.clear());

export function noteListening(address: Address): void {
  addresses.add(address);
}

export function noteClosed(address: Address): void {
  addresses.delete(address);
}

export function isListeningHere(address: Address): boolean {
  return [...addresses].some((own) => isSame(own, address));
}

function isSame(own: Address, asked: Address): boolean {
  if (typeof own === 'string' || typeof asked === 'string') return own === asked;
  return own[1] === asked[1] && (own[0] === asked[0] || LOOPBACK.test(asked[0]));
}

/** Names by which a machine calls itself. */
const LOOPBACK = /^(localhost|127\..*|0\.0\.0\.0)$/;
