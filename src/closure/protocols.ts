/** Objects that say themselves how they travel: the library's handles, and whatever has a `[reduce]` method. */
import { ownerOfPrototype } from './descriptor.js';
import type { PayloadNode } from './payload.js';
import type { Pickler } from './pickler.js';
import { handle } from '../memory/handle.js';
import { reduce } from './reduce.js';

export function captureProtocol(pickler: Pickler, value: object): PayloadNode | undefined {
  if (follows(value, handle)) {
    const answer = call(value, handle);
    const [typeName, state] = Array.isArray(answer) ? (answer as unknown[]) : [];
    if (typeof typeName !== 'string') {
      return pickler.trail.fail(
        'ERR_PICKLE_REDUCE',
        'cannot pickle an object whose [handle]() does not return [typeName, state]',
      );
    }
    return ['handle', typeName, pickler.trail.within(`[handle] '${typeName}'`, () => pickler.encode(state))];
  }
  if (follows(value, reduce)) {
    const answer = call(value, reduce);
    const [fn, ...args] = Array.isArray(answer) ? (answer as unknown[]) : [];
    if (typeof fn !== 'function') {
      return pickler.trail.fail(
        'ERR_PICKLE_REDUCE',
        'cannot pickle an object whose [reduce]() does not return [function, ...args]',
      );
    }
    return pickler.trail.within('[reduce]', () => [
      'reduced',
      pickler.encode(fn),
      args.map((arg) => pickler.encode(arg)),
    ]);
  }
  return undefined;
}

/**
 * An object has the method from its class; the prototype that holds it does not follow it. A function follows it only
 * by a property of its own, because a class inherits the static methods of its base and is not its base.
 */
function follows(value: object, protocol: symbol): boolean {
  if (typeof value === 'function') return Object.hasOwn(value, protocol);
  return protocol in value && !ownerOfPrototype(value);
}

function call(value: object, protocol: symbol): unknown {
  return (Reflect.get(value, protocol) as () => unknown).call(value);
}
