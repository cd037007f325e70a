import fs from 'node:fs';
import { systemError } from './error.js';
import { getrlimit, setrlimit } from './libc.js';

const RLIMIT_DATA = 2;

/**
 * From now on the kernel refuses this process more than so many bytes of writable memory of its own, beyond what it has:
 * heap, buffers, stacks. Shared memory does not count.
 */
export function limitMemory(bytes: number): void {
  const limits = new BigUint64Array(2);
  if (getrlimit(RLIMIT_DATA, limits) !== 0) throw systemError('getrlimit');
  const [, used] = /^VmData:\s*(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'latin1')) ?? [];
  limits[0] = BigInt(Number(used) * 1024 + Math.round(bytes));
  if (setrlimit(RLIMIT_DATA, limits) !== 0) throw systemError('setrlimit');
}
