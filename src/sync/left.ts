import type { LockCore } from './lock-core.js';
import { currentOwner, PROCESS } from './owner.js';

/**
 * The locks that coroutines of this thread hold, by address: what one of them leaves locked when it is killed is handed on,
 * as what a process leaves that dies. Of other owners nobody knows when they end.
 */
const held = new Map<number, { readonly core: LockCore; readonly owner: number }>();

/** The caller has acquired a lock. */
export function noteHeld(core: LockCore, owner = currentOwner()): void {
  if (owner !== PROCESS) held.set(core.address, { core, owner });
  else if (held.size > 0) held.delete(core.address);
}

/** A lock has been released, by whomever. */
export function noteFree(core: LockCore): void {
  if (held.size > 0) held.delete(core.address);
}

/**
 * An owner has ended. What only it could release is handed on; what anybody may release also is if it `died`: then nobody
 * has been told to.
 */
export function handOn(owner: number, died: boolean): void {
  for (const [address, { core, owner: holder }] of held) {
    if (holder !== owner) continue;
    held.delete(address);
    if (died || core.isPersonal) core.abandon();
  }
}
