import { RuntimeError } from '../errors.js';
import { inForkedChild } from '../system/generation.js';

let booting = false;

inForkedChild(() => {
  booting = false;
});

/** Runs a part of a child's boot: modules are imported in it that must not start processes of their own. */
export async function duringBoot<T>(part: () => T | Promise<T>): Promise<T> {
  booting = true;
  try {
    return await part();
  } finally {
    booting = false;
  }
}

/** Without this, a module that starts a process when it is imported would do so again in that process, without end. */
export function refuseWhileBooting(): void {
  if (!booting) return;
  throw new RuntimeError(
    'ERR_BOOTSTRAPPING',
    'an attempt has been made to start a new process before the current process has finished its bootstrapping phase: ' +
      'a module that this child imports starts processes when it is imported. Start them from a function instead',
  );
}
