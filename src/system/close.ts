import { systemError } from './error.js';
import { close } from './libc.js';

/**
 * Closes a descriptor that a call into libc has opened. In a worker thread Node keeps account of those that `node:fs`
 * opens, and warns of any other that `node:fs` closes.
 */
export function closeDescriptor(fd: number): void {
  if (close(fd) !== 0) throw systemError('close');
}
