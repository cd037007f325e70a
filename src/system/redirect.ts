import fs from 'node:fs';
import { systemError } from './error.js';
import { dup2 } from './libc.js';

/** Makes one of the three standard streams lead where `fd` leads, and closes that one. */
export function redirectStream(stream: number, fd: number): void {
  if (dup2(fd, stream) !== stream) throw systemError('dup2');
  fs.closeSync(fd);
}
