/**
 * In place of programs.ts where a bundler has made the library a part of some program: there are no files beside it that
 * Node could run. So the programs come along as text. It is one function, the whole library among it; which of the
 * programs it is to be, it sees from its arguments, and it can hand on its own text.
 */
import fs from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { here, TEXT } from './embedded-installation.js';
import { createMemory } from './memory.js';
import type { BootProgram } from './programs.js';

/** Put in by scripts/bundle.mjs: in the library brotli in base64, in the text the function itself. */
declare const MANYFOLD_PROGRAMS: string | (() => void);

/** By which a process finds its program. Node reads that by the name the kernel has for it. */
const FILE = '/proc/self/fd/4';

let text: string | undefined;
let input: number | undefined;

export function bootProgram(): BootProgram {
  if (input === undefined) {
    input = createMemory(TEXT, 0);
    fs.writeFileSync(input, programs());
  }
  // There is no file behind the name.
  return { options: ['--preserve-symlinks-main'], file: FILE, input };
}

export function threadProgram(): { readonly program: string; readonly eval: boolean } {
  return { program: programs(), eval: true };
}

function programs(): string {
  text ??= `(${source(MANYFOLD_PROGRAMS)})(${JSON.stringify(here)});\n//# sourceURL=${TEXT}`;
  return text;
}

function source(from: typeof MANYFOLD_PROGRAMS): string {
  return typeof from === 'string' ? brotliDecompressSync(Buffer.from(from, 'base64')).toString() : String(from);
}
