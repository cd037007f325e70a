/** The programs of the library's own processes and threads: files of the package (see installation.ts). */
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { codeFile } from './code.js';
import { here } from './installation.js';

/** A program of the library's own: what Node has to be given to run it. */
export interface BootProgram {
  readonly options: readonly string[];
  readonly file: string;
  /** What the process must get as its descriptor 4. */
  readonly input: number | 'ignore';
}

export function bootProgram(name: 'child' | 'server' | 'watcher'): BootProgram {
  return { options: [], file: fileOf(name), input: name === 'child' ? codeFile() : 'ignore' };
}

/** What a worker has to be given to be a thread of ours. */
export function threadProgram(): { readonly program: string; readonly eval: boolean } {
  const file = fileOf('thread');
  // Where a program given on the command line says of what type it is, Node refuses files, and reads text by that type.
  const isGivenAsText = process.execArgv.some((option) => option.startsWith('--input-type'));
  if (!isGivenAsText) return { program: file, eval: false };
  return { program: `import(${JSON.stringify(pathToFileURL(file).href)})`, eval: true };
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../boot/${name}${extname(here)}`, here));
}
