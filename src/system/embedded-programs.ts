/**
 * In place of programs.ts where a bundler has made the library a part of some program: there are no files beside it that
 * Node could run. So the programs come along as text. It is one function, the whole library among it; which of the
 * programs it is to be, it sees from its arguments, and it can hand on its own text.
 */
import fs from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { RuntimeError } from '../errors.js';
import { here, TEXT } from './embedded-installation.js';
import { createMemory } from './memory.js';
import type { BootProgram } from './programs.js';

/** Put in by scripts/bundle/embedded.mjs: in the library brotli in base64, in the text the function itself. */
declare const MANYFOLD_PROGRAMS: string | (() => void);

/** By which a process finds its program. Node reads that by the name the kernel has for it. */
const FILE = '/proc/self/fd/4';

/** Says that this process, or thread, has begun with the text: whatever else brings the library along is one too many. */
const begun: unique symbol = Symbol.for('manyfold.programs') as never;

function refuseSecondCopy(): void {
  const shared = globalThis as { [begun]?: true };
  if (typeof MANYFOLD_PROGRAMS === 'function') shared[begun] = true;
  else if (shared[begun])
    throw new RuntimeError(
      'ERR_SECOND_COPY',
      `${here} brings a second copy of manyfold into a process that manyfold has started: bundle the program into one file, or leave the package manyfold outside`,
    );
}

refuseSecondCopy();

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
