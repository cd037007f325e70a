import { types } from 'node:util';
import { corrupt, type Input } from './input.js';
import { notPlain } from './plain.js';
import type { Reader } from './reader.js';
import { ERROR, errorClasses } from './wire.js';
import type { Writer } from './writer.js';

/** Errors of the language's own classes: a real error of that class with the own properties of the original. */

export function writeError(writer: Writer, object: object, kind: number): void {
  if (!types.isNativeError(object)) throw notPlain;
  const keys = Reflect.ownKeys(object);
  const { output } = writer;
  output.tag(ERROR);
  output.tag(kind);
  output.count(keys.length);
  for (const key of keys) {
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (typeof key === 'symbol' || property === undefined || !isOrdinary(property, key)) throw notPlain;
    output.string(key);
    output.tag(property.enumerable === true ? 1 : 0);
    writer.value((object as unknown as Record<string, unknown>)[key]);
  }
}

/** `stack` is an accessor from Node 22 on, but acts like a property with a value. */
function isOrdinary(property: PropertyDescriptor, key: string): boolean {
  return (
    property.configurable === true && (property.writable === true || (key === 'stack' && property.set !== undefined))
  );
}

export function readError(reader: Reader, input: Input): Error {
  const error = blank(input.byte());
  reader.add(error);
  const count = input.countOf(3);
  let traced = false;
  for (let i = 0; i < count; i++) {
    const key = input.string();
    const enumerable = input.byte() === 1;
    traced ||= key === 'stack';
    Object.defineProperty(error, key, { value: reader.value(), writable: true, configurable: true, enumerable });
  }
  if (!traced) delete error.stack;
  return error;
}

/** An error without a message, and without the cost of a stack that would be that of this line. */
function blank(kind: number): Error {
  const type = errorClasses[kind];
  if (type === undefined) throw corrupt('an error of no known class');
  const limit = Error.stackTraceLimit;
  Reflect.set(Error, 'stackTraceLimit', 0); // no assignment: intrinsics may be frozen
  try {
    return Reflect.construct(Error, [], type);
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}
