import { corrupt, type Input } from './input.js';
import type { Output } from './output.js';
import { isBareArray, notPlain } from './plain.js';
import type { Reader } from './reader.js';
import { ARRAY, HOLE, INTEGERS, NUMBERS, SHORT_ARRAY, SHORT_ARRAY_END, SPARSE_REST } from './wire.js';
import type { Writer } from './writer.js';

/** Arrays from this length on are tried as a block of numbers first. */
const BLOCK_FROM = 8;
/** From this length on, what follows a hole is written as index and value. */
const SPARSE_FROM = 64;
const MAX_LENGTH = 2 ** 32 - 1;
/** Longer arrays grow while they are filled: V8 makes an array this long, if made at once, a slow one. */
const PRESIZE_UP_TO = 1 << 24;

export function writeArray(writer: Writer, output: Output, array: readonly unknown[]): void {
  const { length } = array;
  if (!isBareArray(array)) throw notPlain;
  if (length >= BLOCK_FROM && typeof array[0] === 'number' && writeBlock(output, array)) return;
  if (length < SHORT_ARRAY_END - SHORT_ARRAY) output.tag(SHORT_ARRAY + length);
  else output.tagged(ARRAY, length);
  for (let i = 0; i < length; i++) {
    const element = array[i];
    if (element !== undefined || i in array) writer.value(element);
    else if (length < SPARSE_FROM) output.tag(HOLE);
    else return writeSparseRest(writer, output, array, i);
  }
}

function writeSparseRest(writer: Writer, output: Output, array: readonly unknown[], start: number): void {
  const indices = Object.keys(array)
    .map(Number)
    .filter((index) => index >= start);
  output.tagged(SPARSE_REST, indices.length);
  for (const index of indices) {
    output.count(index);
    writer.value(array[index]);
  }
}

/** Numbers only: written while they are checked, and forgotten if something else comes up. */
function writeBlock(output: Output, array: readonly unknown[]): boolean {
  const start = output.position;
  if (writeIntegers(output, array)) return true;
  output.position = start;
  if (writeNumbers(output, array)) return true;
  output.position = start;
  return false;
}

function writeIntegers(output: Output, array: readonly unknown[]): boolean {
  const { length } = array;
  output.tagged(INTEGERS, length);
  output.align(4);
  output.ensure(length * 4);
  const block = new Int32Array(output.memory, output.position, length);
  for (let i = 0; i < length; i++) {
    const element = array[i];
    if (typeof element !== 'number') return false;
    const integer = element | 0;
    if (integer !== element || (integer === 0 && 1 / element < 0)) return false;
    block[i] = integer;
  }
  output.position += length * 4;
  return true;
}

function writeNumbers(output: Output, array: readonly unknown[]): boolean {
  const { length } = array;
  output.tagged(NUMBERS, length);
  output.align(8);
  output.ensure(length * 8);
  const block = new Float64Array(output.memory, output.position, length);
  for (let i = 0; i < length; i++) {
    const element = array[i];
    if (typeof element !== 'number') return false;
    block[i] = element;
  }
  output.position += length * 8;
  return true;
}

export function readArray(reader: Reader, input: Input, length: number): unknown[] {
  const array = reader.claim(length) ? room<unknown>(length) : [];
  reader.add(array);
  for (let i = 0; i < length; i++) {
    const tag = input.bytes[input.position];
    if (tag === HOLE) {
      input.position++;
    } else if (tag === SPARSE_REST) {
      input.position++;
      readSparseRest(reader, input, array, length);
      break;
    } else {
      array[i] = reader.value();
    }
  }
  if (array.length < length) setLength(array, length); // holes at its end
  return array;
}

function readSparseRest(reader: Reader, input: Input, array: unknown[], length: number): void {
  setLength(array, length);
  for (let count = input.countOf(2); count > 0; count--) {
    const index = input.count();
    if (index >= length) throw corrupt('an element is outside of its array');
    array[index] = reader.value();
  }
}

// Two functions that look alike: in a common one V8 would not know the type of the elements, and be half as fast.

export function readIntegers(reader: Reader, input: Input): number[] {
  const length = input.countOf(4);
  input.align(4);
  const block = new Int32Array(copyOf(input, length * 4));
  const array = room<number>(length);
  for (let i = 0; i < length; i++) array[i] = block[i] as number;
  reader.add(array);
  return array;
}

export function readNumbers(reader: Reader, input: Input): number[] {
  const length = input.countOf(8);
  input.align(8);
  const block = new Float64Array(copyOf(input, length * 8));
  const array = room<number>(length);
  for (let i = 0; i < length; i++) array[i] = block[i] as number;
  reader.add(array);
  return array;
}

function copyOf(input: Input, length: number): ArrayBuffer {
  const start = input.take(length);
  return Uint8Array.prototype.slice.call(input.bytes, start, start + length).buffer;
}

function room<T>(length: number): T[] {
  return length <= PRESIZE_UP_TO ? new Array<T>(length) : [];
}

/** By way of an element far out, which makes the array a sparse one: V8 would allocate all the holes otherwise. */
function setLength(array: unknown[], length: number): void {
  if (length > MAX_LENGTH) throw corrupt('an array is too long');
  if (array.length >= length) return;
  array[MAX_LENGTH - 1] = undefined;
  Reflect.deleteProperty(array, MAX_LENGTH - 1);
  array.length = length;
}
