import { ArgumentTypeError, expected } from '../errors.js';

interface Hook {
  readonly object: WeakRef<object>;
  readonly callback: (object: never) => void;
}

let hooks: Hook[] = [];

/**
 * Has a function called with an object in every process that is forked from this one from now on, before its target runs
 * and in the order of the calls; for as long as the object is reachable there. To reset what a process must not share with
 * its parent, such as a pool of random numbers that a package keeps.
 *
 * @example
 * registerAfterFork(cache, (cache) => cache.clear());
 *
 * @throws {TypeError} ERR_AFTER_FORK
 */
export function registerAfterFork<T extends object>(object: T, callback: (object: T) => void): void {
  if (typeof object !== 'object' || object === null || typeof callback !== 'function') {
    const wrong = typeof callback === 'function' ? object : callback;
    throw new ArgumentTypeError('ERR_AFTER_FORK', `registerAfterFork: ${expected('an object and a function', wrong)}`);
  }
  hooks = hooks.filter((hook) => hook.object.deref() !== undefined);
  hooks.push({ object: new WeakRef(object), callback });
}

/** In a forked child, when it is set up. */
export function runAfterFork(): void {
  for (const { object, callback } of hooks) {
    const known = object.deref();
    if (known !== undefined) callback(known as never);
  }
}
