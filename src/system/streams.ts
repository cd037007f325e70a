import fs from 'node:fs';
import { systemError } from './error.js';
import { dup2 } from './libc.js';

const STDERR = 2;

/** Opens the null device in place of those of the three standard streams that are closed. */
export function reopenStandardStreams(): void {
  for (let fd = 0; fd <= STDERR; fd++) {
    try {
      fs.fstatSync(fd);
    } catch {
      fs.openSync('/dev/null', 'r+'); // it gets the lowest descriptor that is free
    }
  }
}

/** Makes one of the three standard streams lead where `fd` leads, and closes that one. */
export function redirectStream(stream: number, fd: number): void {
  if (dup2(fd, stream) !== stream) throw systemError('dup2');
  fs.closeSync(fd);
}
