import { corrupt, Input } from './input.js';

/** The reader's side of shapes: lists of keys by their bytes, kept from message to message. */
const SLOTS = 1024;
/** Longer lists are read anew each time, so that nobody can fill the memory with them. */
const REMEMBER_UP_TO = 1024;

/** The keys of an object, in order. */
export type Keys = { readonly names: readonly string[]; readonly bytes: Uint8Array; readonly hasProto: boolean };

const slots: (Keys | undefined)[] = new Array<Keys | undefined>(SLOTS).fill(undefined);

export function readKeys(input: Input): Keys {
  const hash = input.int32();
  const length = input.countOf(1);
  const start = input.take(length);
  const slot = hash & (SLOTS - 1);
  const known = slots[slot];
  if (known !== undefined && known.bytes.length === length && equal(known.bytes, input.bytes, start)) return known;
  const made = parse(Uint8Array.prototype.slice.call(input.bytes, start, start + length));
  if (length <= REMEMBER_UP_TO) slots[slot] = made;
  return made;
}

function equal(known: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}

function parse(bytes: Uint8Array): Keys {
  const input = new Input(bytes);
  const names: string[] = [];
  for (let count = input.countOf(1); count > 0; count--) names.push(input.string());
  if (input.position !== input.end) throw corrupt('a list of keys is too long');
  return { names, bytes, hasProto: names.includes('__proto__') };
}

/** Sets an own property, whatever its name: assigning to `__proto__` would change the prototype instead. */
export function define(object: object, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else (object as Record<string, unknown>)[key] = value;
}
