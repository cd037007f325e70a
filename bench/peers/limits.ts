import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../../bench/peers/limits.c', import.meta.url));
const program = fileURLToPath(new URL('limits', import.meta.url));

let compiled: boolean | undefined;

/** The program that measures what things cost in C; undefined where there is no C compiler. */
export function limits(): string | undefined {
  compiled ??= spawnSync('cc', ['-O2', '-o', program, source, '-lpthread']).status === 0;
  return compiled ? program : undefined;
}
