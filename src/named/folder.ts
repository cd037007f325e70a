import fs from 'node:fs';
import { expected, ValueError } from '../errors.js';

/** Where the kernel keeps memory that has a name: a segment is a file there, as `shm_open` and CPython have it. */
export const FOLDER = '/dev/shm';

const LONGEST_NAME = 255;

export function pathOf(name: string): string {
  return `${FOLDER}/${name}`;
}

/** The name as it stands in the folder; a slash before it, as `shm_open` wants it, does not matter. */
export function checkName(name: unknown): string {
  const bare = typeof name === 'string' ? name.replace(/^\//, '') : '';
  const fits = bare !== '' && bare !== '.' && bare !== '..' && Buffer.byteLength(bare) <= LONGEST_NAME;
  if (fits && !/[/\0]/.test(bare)) return bare;
  throw new ValueError(
    'ERR_SHARED_MEMORY_NAME',
    `name: ${expected(`a name of 1 to ${LONGEST_NAME} bytes without a slash`, name)}`,
  );
}

export function names(): string[] {
  return fs.existsSync(FOLDER) ? fs.readdirSync(FOLDER) : [];
}

/** Says whether it was there. */
export function removeName(name: string): boolean {
  try {
    fs.unlinkSync(pathOf(name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** What tells a segment from a later one of the same name; undefined when there is none. */
export function inodeOf(name: string): number | undefined {
  return fs.statSync(pathOf(name), { throwIfNoEntry: false })?.ino;
}
