/**
 * In place of installation.ts where a bundler has made the library a part of some program.
 */
import * as acorn from 'acorn';
import type koffi from 'koffi';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from '../errors.js';

/** The file that the library is a part of; bundlers leave out `import.meta` when they write CommonJS. */
export const here = (import.meta.url as string | undefined) ?? pathToFileURL(__filename).href;

/** What stacks call the text of embedded-programs.ts. */
export const TEXT = 'manyfold-programs';

/** In the program that it was made a part of, nobody can tell which frames are the library's. */
export function isOwnFrame(line: string): boolean {
  return line.includes(`${TEXT}:`);
}

/** Its native part cannot be bundled. It is a dependency of the program, or of its package `manyfold`. */
export function loadKoffi(): typeof koffi {
  const require = createRequire(here);
  try {
    return require('koffi') as typeof koffi;
  } catch (cause) {
    const fromPackage = packageRequire(require);
    if (fromPackage) return fromPackage('koffi') as typeof koffi;
    const message = `manyfold needs the package 'koffi' beside ${here}: it is native, and no part of what a bundler makes`;
    throw new RuntimeError('ERR_NO_KOFFI', message, { cause });
  }
}

function packageRequire(require: NodeJS.Require): NodeJS.Require | undefined {
  try {
    return createRequire(require.resolve('manyfold/package.json'));
  } catch {
    return undefined;
  }
}

export function loadAcorn(): typeof acorn {
  return acorn;
}
