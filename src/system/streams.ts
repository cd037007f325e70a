import fs from 'node:fs';

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
