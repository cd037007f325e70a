import { spawnSync } from 'node:child_process';

/** CPython, where there is one that has shared memory. */
export const python: string | undefined =
  spawnSync('python3', ['-c', 'import multiprocessing.shared_memory']).status === 0 ? 'python3' : undefined;
