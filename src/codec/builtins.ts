import { types } from 'node:util';
import { writeBuffer, writeView } from './buffers.js';
import { writeError } from './failures.js';
import { isBare, notPlain } from './plain.js';
import { BOXED, DATE, errorClasses, MAP, REGEXP, SET, viewClasses } from './wire.js';
import type { Writer } from './writer.js';

type Write = (writer: Writer, object: object) => void;

/** How objects of the language's own classes, not of subclasses, are written: by their prototypes. */
export const builtinWriters: ReadonlyMap<object, Write> = new Map<object, Write>([
  [Map.prototype, writeMap],
  [Set.prototype, writeSet],
  [Date.prototype, writeDate],
  [RegExp.prototype, writeRegExp],
  [Number.prototype, writeBoxed],
  [String.prototype, writeBoxed],
  [Boolean.prototype, writeBoxed],
  [BigInt.prototype, writeBoxed],
  [ArrayBuffer.prototype, writeBuffer],
  [SharedArrayBuffer.prototype, writeBuffer],
  ...viewClasses.map(({ type }, kind): [object, Write] => [
    type.prototype,
    (writer, object) => writeView(writer, object, kind),
  ]),
  ...errorClasses.map((type, kind): [object, Write] => [
    type.prototype,
    (writer, object) => writeError(writer, object, kind),
  ]),
]);

function writeMap(writer: Writer, object: object): void {
  if (!types.isMap(object) || !isBare(object)) throw notPlain;
  let missing = object.size;
  writer.output.tagged(MAP, missing);
  for (const [key, value] of Map.prototype.entries.call(object)) {
    writer.value(key);
    writer.value(value);
    missing--;
  }
  if (missing !== 0) throw notPlain; // changed by a getter meanwhile
}

function writeSet(writer: Writer, object: object): void {
  if (!types.isSet(object) || !isBare(object)) throw notPlain;
  let missing = object.size;
  writer.output.tagged(SET, missing);
  for (const value of Set.prototype.values.call(object)) {
    writer.value(value);
    missing--;
  }
  if (missing !== 0) throw notPlain;
}

function writeDate(writer: Writer, object: object): void {
  if (!types.isDate(object) || !isBare(object)) throw notPlain;
  writer.output.tag(DATE);
  writer.output.float64(Date.prototype.getTime.call(object));
}

function writeRegExp(writer: Writer, object: object): void {
  if (!types.isRegExp(object) || !isBare(object, 1)) throw notPlain; // lastIndex
  writer.output.tag(REGEXP);
  writer.output.string(object.source);
  writer.output.string(object.flags);
  writer.value(object.lastIndex);
}

function writeBoxed(writer: Writer, object: object): void {
  if (!types.isBoxedPrimitive(object)) throw notPlain;
  const primitive: unknown = object.valueOf();
  if (!isBare(object, typeof primitive === 'string' ? primitive.length + 1 : 0)) throw notPlain;
  writer.output.tag(BOXED);
  writer.value(primitive);
}
