import type { Payload } from '../closure/payload.js';
import { importsOf, rebuild, rebuildSync } from '../closure/rebuild.js';
import { corrupt, Input } from './input.js';
import { cannotLend } from './memory.js';
import { Reader } from './reader.js';
import { GRAPH, PLAIN } from './wire.js';

/**
 * `copy: false` says that the receiver owns the memory of the message: typed arrays above 64 KB become views over it.
 * Otherwise nothing that is returned refers to that memory.
 */
export type DecodeOptions = { copy?: boolean };

/**
 * Decodes a message of `encode`: at once, or with a promise if modules have to be imported for functions and classes in
 * it. No value is itself a promise, because promises cannot travel.
 *
 *     const value = await decode(bytes);
 */
export function decode(bytes: Uint8Array, options?: DecodeOptions): unknown {
  const content = read(bytes, options);
  if (bytes[0] === PLAIN) return content;
  const payload = content as Payload;
  return importsOf(payload).length === 0 ? rebuildSync(payload) : rebuild(payload);
}

/** The same for receivers that block: never a promise. */
export function decodeSync(bytes: Uint8Array, options?: DecodeOptions): unknown {
  const content = read(bytes, options);
  return bytes[0] === PLAIN ? content : rebuildSync(content as Payload);
}

/** What `encodeCaptured` has encoded, to be looked at before it is rebuilt. */
export function decodeCaptured(bytes: Uint8Array): Payload {
  if (bytes[0] !== GRAPH) throw corrupt('expected a captured graph, got plain data');
  return readOnce(bytes, false) as Payload;
}

function read(bytes: Uint8Array, options: DecodeOptions | undefined): unknown {
  if (options?.copy !== false) return readOnce(bytes, false);
  try {
    return readOnce(bytes, true);
  } catch (error) {
    if (error !== cannotLend) throw error;
    return readOnce(bytes, false);
  }
}

function readOnce(bytes: Uint8Array, lend: boolean): unknown {
  const input = new Input(bytes);
  const kind = input.byte();
  if (kind !== PLAIN && kind !== GRAPH) throw corrupt(`no message begins with ${kind}`);
  const value = new Reader(input, lend).value();
  if (input.position !== input.end) throw corrupt('something follows its end');
  return value;
}
