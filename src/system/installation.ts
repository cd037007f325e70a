/**
 * Where the library is: as files of its package. For bundlers there is a build of it that has embedded-installation.ts in
 * place of this file, and embedded-programs.ts in place of programs.ts (scripts/bundle/embedded.mjs).
 */
import type * as acorn from 'acorn';
import type koffi from 'koffi';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A file of the library: what it needs is found from here. */
export const here = import.meta.url;

const ownFolder = new URL('..', here);
/** ES modules are named by addresses in stacks, others by paths. */
const OWN_FILES = [ownFolder.pathname, fileURLToPath(ownFolder)];

/** Whether a line of a stack is a frame of the library's own. */
export function isOwnFrame(line: string): boolean {
  return OWN_FILES.some((folder) => line.includes(folder));
}

/** As an ES module it would bring facades of Node's modules along: three milliseconds of the library's import. */
export function loadKoffi(): typeof koffi {
  return createRequire(here)('koffi') as typeof koffi;
}

/** Loaded when it is needed: it would be a millisecond of the import. */
export function loadAcorn(): typeof acorn {
  return createRequire(here)('acorn') as typeof acorn;
}
