import { PicklingError } from '../errors.js';
import { Gathered, type Packed } from './gathered.js';
import { letterOf } from './letter.js';

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

let loadRest: (() => void) | undefined;

/** Says how to load the parts of the library that have not been yet: with the first thing that comes of one of them. */
export function provideRest(load: () => void): void {
  loadRest = load;
}

function find<T>(known: ReadonlyMap<string, T>, name: string): T | undefined {
  if (!known.has(name)) loadRest?.();
  return known.get(name);
}

export function revive(type: string, state: unknown): unknown {
  const reviver = find(revivers, type);
  if (reviver) return reviver(state);
  throw new PicklingError(
    'ERR_PICKLE_UNKNOWN_HANDLE',
    `cannot unpickle a '${type}': this process has not imported its class`,
  );
}

/**
 * Lets functions and classes of the library travel by name. By reference would do where it is an export of a module; in a
 * bundle, be it ours or a program's, it is none.
 */
export function registerExports(values: Readonly<Record<string, object>>): void {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(value, handle, { value: () => ['Export', name] });
    exported.set(name, value);
  }
}

const exported = new Map<string, object>();

registerHandle('Export', (name) => {
  const value = find(exported, name as string);
  if (value) return value;
  throw new PicklingError(
    'ERR_PICKLE_UNKNOWN_HANDLE',
    `cannot unpickle '${String(name)}' of the library: this process has not imported the part that it belongs to`,
  );
});

/**
 * What handles do for the message that is being written: what they name in shared memory, and what is to be undone should
 * the message not be sent, because the rest of it cannot travel or because it is written once more.
 */
interface Departure {
  takeBacks: (() => void)[];
  mentions: { addresses: number[]; holders: object[] } | undefined;
}

let current: Departure = { takeBacks: [], mentions: undefined };

/** Such as counting a copy as on its way. */
export function departed(takeBack: () => void): void {
  current.takeBacks.push(takeBack);
}

/** That the message refers to an object of shared memory, which `holder` keeps until the message is stored. */
export function noteMention(address: number, holder: object): void {
  current.mentions ??= { addresses: [], holders: [] };
  current.mentions.addresses.push(address);
  current.mentions.holders.push(holder);
}

/** The message as bytes that keep what it mentions. */
export function sealed<T extends Packed>(bytes: T): T | Uint8Array {
  const { mentions } = current;
  if (mentions === undefined) return bytes;
  current.mentions = undefined; // they are the letter's from now on
  if (!(bytes instanceof Gathered)) return letterOf(bytes, mentions);
  bytes.mentions = mentions;
  return bytes;
}

/** At the beginning of a message: those before it are on their way. */
export function forgetDepartures(): void {
  if (current.takeBacks.length > 0 || current.mentions !== undefined) current = { takeBacks: [], mentions: undefined };
}

export function takeBackDepartures(): void {
  const { takeBacks } = current;
  forgetDepartures();
  for (const takeBack of takeBacks) takeBack();
}

/** Writes a message in the middle of another one. */
export function apart<T>(write: () => T): T {
  const outer = current;
  current = { takeBacks: [], mentions: undefined };
  try {
    return write();
  } finally {
    current = outer;
  }
}
