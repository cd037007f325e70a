import fs from 'node:fs';

/** Random bytes straight from the kernel: the crypto module takes milliseconds to load. */
export function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  const fd = fs.openSync('/dev/urandom', 'r');
  fs.readSync(fd, bytes);
  fs.closeSync(fd);
  return bytes;
}
