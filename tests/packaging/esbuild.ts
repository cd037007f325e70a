import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../support/program.js';

/** Runs esbuild as a program: its API leaves a process behind that serves the next call. */
export function esbuild(args: readonly string[], input = ''): string {
  return execFileSync(join(root, 'node_modules/.bin/esbuild'), [...args, '--target=node20', '--log-level=error'], {
    input,
    encoding: 'utf8',
  });
}

/** A program without its types. */
export function javascript(typescript: string, format: 'esm' | 'cjs' = 'esm'): string {
  return esbuild(['--loader=ts', `--format=${format}`], typescript);
}
