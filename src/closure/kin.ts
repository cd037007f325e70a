import { tokenOf } from './classes.js';
import { inspectFunction } from './inspector.js';

const looked = new WeakSet<object>();

/**
 * Names the classes that a function sees before the process is forked: an instance of one that the child sends back is an
 * instance of the same class here, since both know it by one name.
 */
export function nameClassesSeenBy(fn: object): void {
  if (looked.has(fn)) return;
  looked.add(fn);
  for (const { description, object } of inspectFunction(fn).scopes) {
    if (description === 'Global') continue;
    for (const name of Object.keys(object)) {
      const value = read(object, name);
      if (typeof value === 'function' && isClass(value)) tokenOf(value);
    }
  }
}

function read(variables: Record<string, unknown>, name: string): unknown {
  try {
    return variables[name];
  } catch {
    return undefined; // not initialized yet
  }
}

function isClass(fn: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}
