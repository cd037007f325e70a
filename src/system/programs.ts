/** The programs of the library's own processes and threads: files of the package (see installation.ts). */
import { fileURLToPath } from 'node:url';
import { here } from './installation.js';

/** A program of the library's own: what Node has to be given to run it. */
export interface BootProgram {
  readonly options: readonly string[];
  readonly file: string;
  /** What the process must get as its descriptor 4. */
  readonly input: number | 'ignore';
}

export function bootProgram(name: 'child' | 'server' | 'watcher'): BootProgram {
  return { options: [], file: fileOf(name), input: 'ignore' };
}

/** What a worker has to be given to be a thread of ours. */
export function threadProgram(): { readonly program: string; readonly eval: boolean } {
  return { program: fileOf('thread'), eval: false };
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../boot/${name}.js`, here));
}
