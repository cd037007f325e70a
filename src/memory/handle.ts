import { PicklingError } from '../errors.js';

/**
 * How the library's own objects travel: `object[handle]()` returns `[type, state]`, plain data that names what stands in
 * shared memory, and the receiver calls the reviver that is registered under that type. No code of the class travels, so
 * it works in a bundle too.
 */
export const handle: unique symbol = Symbol.for('manyfold.handle') as never;

type Revive = (state: unknown) => unknown;

// On the global object: two copies of the library in one process must know each other's handles.
const registryKey: unique symbol = Symbol.for('manyfold.handles') as never;
const shared = globalThis as { [registryKey]?: Map<string, Revive> };
const revivers = (shared[registryKey] ??= new Map<string, Revive>());

export function registerHandle(type: string, reviver: Revive): void {
  revivers.set(type, reviver);
}

export function revive(type: string, state: unknown): unknown {
  const reviver = revivers.get(type);
  if (reviver) return reviver(state);
  throw new PicklingError(
    'ERR_PICKLE_UNKNOWN_HANDLE',
    `cannot unpickle a '${type}': this process has not loaded its class`,
  );
}

/**
 * Lets a function or class of the library travel by name. By reference would do where it is an export of a module; in a
 * bundle, be it ours or a program's, it is none.
 */
export function registerExport(name: string, value: object): void {
  Object.defineProperty(value, handle, { value: () => ['Export', name] });
  exported.set(name, value);
}

const exported = new Map<string, object>();

registerHandle('Export', (name) => exported.get(name as string));

/**
 * What handles have done for the message that was written last, such as counting a copy as on its way. A message that is
 * not sent, because the rest of it cannot travel or because it is written once more, takes it back.
 */
let departures: (() => void)[] = [];

export function departed(takeBack: () => void): void {
  departures.push(takeBack);
}

/** At the beginning of a message: those before it are on their way. */
export function forgetDepartures(): void {
  if (departures.length > 0) departures = [];
}

export function takeBackDepartures(): void {
  const all = departures;
  departures = [];
  for (const takeBack of all) takeBack();
}
