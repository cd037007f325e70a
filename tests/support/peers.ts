/** Other programs that some tests talk to. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Python {
  readonly path: string;
  readonly version: string;
}

function find(path: string): Python | undefined {
  const { status, stdout } = spawnSync(path, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? { path, version: stdout.trim() } : undefined;
}

let python: Python | undefined | null = null;

/** The machine's python3, or undefined. */
export function findPython(): Python | undefined {
  if (python === null) python = find('python3');
  return python;
}

/** Options for a test that needs python3: `test('...', needsPython(), async () => {...})`. */
export function needsPython(): { skip: string | false } {
  return { skip: findPython() === undefined ? 'python3 is not installed' : false };
}

let pythons: Python[] | undefined;

/** One CPython of each minor version that the machine has, in PATH or from pyenv, the oldest first; 3.8 and later. */
export function findPythons(): readonly Python[] {
  return (pythons ??= [...new Map(searchPythons().map((found) => [minorOf(found), found])).entries()]
    .filter(([minor]) => minor >= 8)
    .toSorted(([a], [b]) => a - b)
    .map(([, found]) => found));
}

function searchPythons(): Python[] {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const installed = existsSync(versions) ? readdirSync(versions).filter((name) => name.startsWith('3.')) : [];
  const paths = installed.map((name) => join(versions, name, 'bin/python3'));
  return [...paths, 'python3'].map((path) => find(path)).filter((found) => found !== undefined);
}

/** 11 for 3.11.7. */
export function minorOf({ version }: Python): number {
  return Number(version.split('.')[1]);
}

/** One CPython of each handshake: the newest up to 3.11 and the newest from 3.12 on. With TEST_ALL_PYTHONS set, all of them. */
export function representativePythons(): readonly Python[] {
  const all = findPythons();
  if (process.env['TEST_ALL_PYTHONS'] !== undefined) return all;
  const old = all.findLast((found) => minorOf(found) < FIRST_NEW_HANDSHAKE);
  const recent = all.findLast((found) => minorOf(found) >= FIRST_NEW_HANDSHAKE);
  return [old, recent].filter((found) => found !== undefined);
}

const FIRST_NEW_HANDSHAKE = 12;
