import { systemError } from './error.js';
import { getrandom } from './libc.js';

/** Random bytes straight from the kernel: the crypto module takes milliseconds to load. At most 256, which it gives whole. */
export function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  drawRandom(bytes);
  return bytes;
}

/** Fills them anew. */
export function drawRandom(bytes: Uint8Array): void {
  if (getrandom(bytes, bytes.length, 0) !== bytes.length) throw systemError('getrandom');
}
