import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a condition to hold, looking every few milliseconds, and resolves to whether it did. Tests wait for what
 * they want to see, never for a time in which it should have happened.
 */
export async function until(condition: () => boolean | Promise<boolean>, timeout = 10_000): Promise<boolean> {
  const deadline = performance.now() + timeout;
  for (let pause = 1; ; pause = Math.min(2 * pause, 20)) {
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await sleep(pause);
  }
}

/** Holds this thread up for so many milliseconds: nothing of its own goes on meanwhile. */
export function pauseSync(milliseconds = 1): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
