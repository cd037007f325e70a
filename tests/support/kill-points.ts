/**
 * Kills a process between two accesses to shared memory: before each one that is made by `Atomics`, which is how processes
 * see of each other what happens; and, where plain stores are watched as well, before each of these, which is to die in
 * each state that others may have to repair.
 */

import { fileURLToPath } from 'node:url';

/** Whether tests go through each single step, also where one takes a new process: `MANYFOLD_STEPS=all npm test -- faults`. */
export const allSteps = process.env['MANYFOLD_STEPS'] === 'all';

/** How long (ms) a test may take that does so. */
export const STEPS_LIMIT = allSteps ? 900_000 : 120_000;

const METHODS = ['add', 'and', 'compareExchange', 'exchange', 'load', 'or', 'store', 'sub', 'xor'] as const;

type Access = (words: Int32Array, index: number, ...rest: number[]) => number;

/**
 * From now on this process (none that it forks) counts its accesses, and kills itself before number `step`, from 1. Those
 * count that are made while `counts`, which must not make any itself.
 */
export function dieBeforeAccess(step: number, counts = () => true): void {
  let left = step;
  const die = (): void => {
    if (counts() && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
  onAccess(die);
  const owner = process.pid;
  const beforeStore = (): void => {
    if (process.pid === owner) die();
  };
  Object.assign(globalThis, { beforeStore }); // plain-stores.ts
}

/** To be called before a program starts its first process: those that are forked from its fork server watch plain stores. */
export function watchPlainStores(): void {
  const preload = fileURLToPath(new URL('plain-stores.js', import.meta.url));
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --import=${preload}`;
}

/** Calls `before` before each access by `Atomics` of this process (none that it forks). */
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
