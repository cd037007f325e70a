/**
 * Kills a process between two accesses to shared memory. What processes see of each other changes by `Atomics`, so to die
 * before each access in turn is to die in each state that others may have to repair.
 */

const METHODS = ['add', 'and', 'compareExchange', 'exchange', 'load', 'or', 'store', 'sub', 'xor'] as const;

type Access = (words: Int32Array, index: number, ...rest: number[]) => number;

/** From now on this process (none that it forks) counts its accesses, and kills itself before number `step`, from 1. */
export function dieBeforeAccess(step: number): void {
  let left = step;
  onAccess(() => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
  });
}

/** Calls `before` before each access of this process (none that it forks). */
export function onAccess(before: (words: Int32Array, index: number) => void): void {
  const owner = process.pid;
  for (const name of METHODS) {
    const access = Atomics[name] as Access;
    const watched: Access = (words, index, ...rest) => {
      if (process.pid === owner) before(words, index);
      return access(words, index, ...rest);
    };
    Object.assign(Atomics, { [name]: watched });
  }
}
