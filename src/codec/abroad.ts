import { types } from 'node:util';
import { PicklingError } from '../errors.js';
import { handle } from '../memory/handle.js';
import { Unsendable } from './buffers.js';
import { builtinWriters } from './builtins.js';
import { corrupt, Input } from './input.js';
import { pathTo, steps } from './path.js';
import { notPlain } from './plain.js';
import { Reader } from './reader.js';
import { PLAIN } from './wire.js';
import { Writer } from './writer.js';

/**
 * Messages between programs: plain data only. Functions and classes are code, which no other program may bring in; handles
 * name places in the memory of one program, so the next one's would be anything.
 */

const shared = new Writer(true);

/** The bytes of a value; valid until the next call in this thread. */
export function encodeAbroad(value: unknown): Uint8Array {
  try {
    return shared.message(PLAIN, value);
  } catch (error) {
    if (error instanceof Unsendable) throw refusal(error.code, error.message, value, error.object);
    if (error !== notPlain) throw error;
    throw refusal(
      'ERR_PICKLE_ABROAD',
      'only plain data travels to other programs, no functions, classes, instances or handles',
      value,
      offender(value),
    );
  }
}

function refusal(code: string, message: string, value: unknown, found: unknown): PicklingError {
  return new PicklingError(code, `${message}; reached through: ${pathTo(value, found as object, 'value')}`);
}

/**
 * The value of a message of another program. Nothing in it is called or imported.
 *
 * @throws {PicklingError} ERR_PICKLE_CORRUPT
 */
export function decodeAbroad(bytes: Uint8Array): unknown {
  const input = new Input(bytes);
  if (input.byte() !== PLAIN) throw corrupt('from another program only plain data is taken');
  const value = new Reader(input, false, true).value();
  if (input.position !== input.end) throw corrupt('something follows its end');
  return value;
}

/** The first thing in a value that is not plain data; the value itself if it is too deep, or else hard to tell. */
function offender(value: unknown): unknown {
  const seen = new Set<unknown>();
  const open = [value];
  for (const at of open) {
    if (!isPlain(at)) return at;
    if (typeof at !== 'object' || at === null || seen.has(at)) continue;
    seen.add(at);
    for (const [, next] of steps(at)) open.push(next);
  }
  return value;
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (types.isProxy(value) || handle in value) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype || builtinWriters.has(prototype) || Array.isArray(value);
}
