import type { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Who owns what can be owned more than once, such as an RLock: a process; and in it, the coroutine, where that is known.
 * JavaScript does not say which of a process's coroutines is running. Those that have been started by `asOwner` can be
 * told from all others; everything else in a process is one owner, as a thread is in Python.
 */
let owners: AsyncLocalStorage<number> | undefined;
let last = 0;

/** The owner that is the process itself. */
export const PROCESS = 0;

/**
 * Runs a function as an owner of its own: an RLock that it acquires is held by it, with all that it awaits, and not by
 * the other coroutines of its process, which have to wait.
 *
 * It makes the promises of its process somewhat slower on Node 20 and 22 from the first call on; see docs/sync.md.
 *
 * @example
 * import { setTimeout } from 'node:timers/promises';
 *
 * const lock = new RLock();
 * const work = async () => {
 *   using held = await lock.hold();
 *   await setTimeout(10); // the other one is not here meanwhile
 * };
 * await Promise.all([asOwner(work), asOwner(work)]);
 */
export function asOwner<Args extends readonly unknown[], Result>(
  work: (...args: Args) => Result,
  ...args: Args
): Result {
  owners ??= new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)();
  return owners.run(++last, work, ...args);
}

/** Who is calling, in this process. */
export function currentOwner(): number {
  return owners === undefined ? PROCESS : (owners.getStore() ?? PROCESS);
}
