import os from 'node:os';
import { systemError } from './error.js';
import { errno, prctl, SYS_PIDFD_GETFD, syscall } from './libc.js';
import { openProcess } from './life.js';
import { closeDescriptor } from './close.js';

const { EBADF, ESRCH } = os.constants.errno;

const PR_SET_PTRACER = 0x59616d61;
const PR_SET_PTRACER_ANY = -1;

let allowed = false;

/**
 * Lets other processes of this user take descriptors out of this one, where the system (Yama) would let only its parent.
 * Fails where there is no such rule, and so no need.
 */
export function allowTaking(): void {
  if (!allowed) prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  allowed = true;
}

/**
 * A descriptor of another process, duplicated into this one, whatever it is; undefined when that process is gone.
 *
 * @throws {OSError} ERR_SYSTEM_CALL: this process has no descriptor left, or may not do that
 */
export function takeDescriptor(pid: number, fd: number): number | undefined {
  const owner = openProcess(pid);
  if (owner === undefined) return undefined;
  try {
    const taken = syscall(SYS_PIDFD_GETFD, owner, fd, 0, null, 0, 0) as number;
    if (taken >= 0) return taken;
    if ([ESRCH, EBADF].includes(errno())) return undefined;
    throw systemError('pidfd_getfd');
  } finally {
    closeDescriptor(owner);
  }
}
