/** Other programs that some tests talk to. */

import { spawnSync } from 'node:child_process';

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
