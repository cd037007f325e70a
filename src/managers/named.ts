import { pythonError } from './python-values.js';

/** The names of parameters that Python programs use for the types and methods of `SyncManager`. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  Queue: ['maxsize'],
  JoinableQueue: ['maxsize'],
  Semaphore: ['value'],
  BoundedSemaphore: ['value'],
  Barrier: ['parties', 'action', 'timeout'],
  Value: ['typecode', 'value'],
  Array: ['typecode', 'sequence'],
  acquire: ['blocking', 'timeout'],
  release: ['n'],
  wait: ['timeout'],
  notify: ['n'],
  put: ['item', 'block', 'timeout'],
  get: ['block', 'timeout'],
  shutdown: ['immediate'],
};

function isEmpty(object: object): boolean {
  for (const _name in object) return false;
  return true;
}

/** Arguments with the named ones in their places; where no names are known, as one object behind the others. */
export function withNamed(what: string, args: readonly unknown[], kwargs: object, isKnown: boolean): unknown[] {
  if (isEmpty(kwargs)) return [...args];
  const given = Object.entries(kwargs);
  const names = isKnown && Object.hasOwn(parameters, what) ? parameters[what] : undefined;
  if (names === undefined) return [...args, kwargs];
  const all = [...args];
  for (const [name, value] of given) {
    const place = names.indexOf(name);
    if (place < 0) throw pythonError('TypeError', `${what}() got an unexpected keyword argument '${name}'`);
    all[place] = value;
  }
  return Array.from(all);
}
