/**
 * A forked child is a new process with the memory of another one. Each module of the library that remembers something
 * about its process says here how to forget it, or how to set it right.
 */
const renewals: (() => void)[] = [];

/**
 * Called in every forked child before anything else of the library, modules in the order in which they were loaded. The fork
 * server calls it itself before it begins to fork: its children are new processes from the start.
 */
export function inForkedChild(renew: () => void): void {
  renewals.push(renew);
}

const preparations: ((child: number) => void)[] = [];

/** Called before this process forks itself, with the id of the child's slot: what the child will have is entered for it. */
export function beforeFork(prepare: (child: number) => void): void {
  preparations.push(prepare);
}

export function prepareFork(child: number): void {
  for (const prepare of preparations) prepare(child);
}

/** In a forked child, once: from now on this is a process of its own. */
export function becomeNewProcess(): void {
  for (const renew of renewals) renew();
}
