import { names, removeName } from './folder.js';
import { isAlive, ownerOf, registerName, type Owner } from './owner.js';
import { entriesOf, isThere } from './register.js';

/** What was found of a program: segments that were removed, and names whose segments had gone already. */
export interface Remains {
  readonly removed: string[];
  readonly missing: string[];
}

/**
 * Removes the segments of programs that have ended and left them behind: those that were killed together with the process
 * that cleans up after them. A program does this by itself when it makes its first segment. Returns the names.
 *
 * Segments that other software has made are never touched.
 *
 * @example
 * console.log(pruneSharedMemory()); // ['frames', 'manyfold.4026531836.4711.8392811.5f3a9c02']
 */
export function pruneSharedMemory(): string[] {
  const dead = new Map<string, Owner>();
  for (const name of names()) {
    const owner = ownerOf(name);
    if (owner !== undefined && !isAlive(owner)) dead.set(registerName(owner), owner);
  }
  return [...dead.values()].flatMap((owner) => removeAllOf(owner).removed);
}

/** Removes everything that a program has registered, or that bears its mark. */
export function removeAllOf(owner: Owner): Remains {
  const remains: Remains = { removed: [], missing: [] };
  for (const entry of entriesOf(owner)) {
    if (isThere(entry) && removeName(entry.name)) remains.removed.push(entry.name);
    else remains.missing.push(entry.name);
  }
  const register = registerName(owner);
  for (const name of names()) if (name.startsWith(`${register}.`) && removeName(name)) remains.removed.push(name);
  removeName(register); // last: until then it says what there is to remove
  return remains;
}
