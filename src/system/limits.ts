import { systemError } from './error.js';
import { getrlimit, setrlimit } from './libc.js';

const RLIMIT_DATA = 2;

/**
 * From now on the kernel refuses this process more than so many bytes of writable memory of its own: its heap, its
 * buffers, its stacks. Shared memory does not count.
 */
export function limitMemory(bytes: number): void {
  const limits = new BigUint64Array(2);
  if (getrlimit(RLIMIT_DATA, limits) !== 0) throw systemError('getrlimit');
  limits[0] = BigInt(Math.round(bytes));
  if (setrlimit(RLIMIT_DATA, limits) !== 0) throw systemError('setrlimit');
}
