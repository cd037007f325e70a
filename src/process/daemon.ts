import { AssertionError } from '../errors.js';
import { inForkedChild } from '../system/generation.js';
import { currentProcess } from './current.js';

let isAllowed = false;

inForkedChild(() => {
  isAllowed = false;
});

/** Lets this process have children though it is a daemon: those of a pool's worker end with it, as the worker with its pool. */
export function allowChildren(): void {
  isAllowed = true;
}

export function refuseChildrenOfDaemons(): void {
  if (isAllowed || !currentProcess().daemon) return;
  throw new AssertionError('ERR_DAEMON_CHILDREN', 'daemonic processes are not allowed to have children');
}
