import { systemError } from './error.js';
import { execve, fcntl } from './libc.js';

const F_SETFD = 2;
const STREAMS = [0, 1, 2];

/** Makes this process another program: same pid, parent, terminal and open streams. Returns only by its error. */
export function becomeProgram(file: string, args: readonly string[]): never {
  const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  // Node has asked the kernel to close them in whatever program comes next.
  for (const fd of STREAMS) fcntl(fd, F_SETFD, 0);
  // Both lists end with a null pointer.
  execve(file, [file, ...args, null], [...environment, null]);
  throw systemError('execve');
}
