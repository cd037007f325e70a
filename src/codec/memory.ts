import { corrupt, type Input } from './input.js';
import type { Reader } from './reader.js';
import { BUFFER, LEND_ABOVE, REFERENCE, RESIZABLE_BUFFER, viewClasses } from './wire.js';

/** A buffer that stayed in the memory of the message: where it begins there, and how long it is. */
export class Lent {
  readonly memory: ArrayBufferLike;
  readonly start: number;
  readonly byteLength: number;

  constructor(memory: ArrayBufferLike, start: number, byteLength: number) {
    this.memory = memory;
    this.start = start;
    this.byteLength = byteLength;
  }
}

/** Stands for an object that is still being made and cannot be referred to yet. */
export const unfinished = {};

/** Thrown when a lent buffer is needed as an object of its own; the message is then read again, copying. */
export const cannotLend = new Error('a buffer in the message is needed as an object');

/** An ArrayBuffer that stands for itself is always a copy: nothing can be an ArrayBuffer over a part of another. */
export function readBuffer(reader: Reader, input: Input): ArrayBuffer {
  const length = input.count();
  input.align(8);
  const start = input.take(length);
  const buffer = copy(input.bytes, start, length);
  reader.add(buffer);
  return buffer;
}

export function readResizable(reader: Reader, input: Input): ArrayBuffer {
  const maxByteLength = input.count();
  const length = input.count();
  input.align(8);
  const start = input.take(length);
  const buffer = resizable(length, maxByteLength);
  new Uint8Array(buffer).set(input.bytes.subarray(start, start + length));
  reader.add(buffer);
  return buffer;
}

export function readView(reader: Reader, input: Input): ArrayBufferView {
  const kind = viewClasses[input.byte()];
  if (kind === undefined) throw corrupt('a view of no class known to this version of Node');
  const offset = input.count();
  const elements = input.count();
  const number = reader.add(unfinished);
  const buffer = viewed(reader, input);
  const grows = elements === 0;
  const length = grows ? 0 : elements - 1;
  if (offset % kind.size !== 0 || offset + length * kind.size > buffer.byteLength) throw corrupt('a view does not fit its buffer');
  const view = make(kind.type, buffer, offset, grows ? undefined : length);
  reader.replace(number, view);
  return view;
}

function make(Type: (typeof viewClasses)[number]['type'], buffer: ArrayBuffer | Lent, offset: number, length?: number): ArrayBufferView {
  // Buffer's own constructor is deprecated; Buffer.from makes the same view.
  const Make = (Type as unknown) === Buffer ? makeBuffer : (memory: ArrayBufferLike, at: number, n?: number) => new Type(memory, at, n);
  return buffer instanceof Lent ? Make(buffer.memory, buffer.start + offset, length ?? 0) : Make(buffer, offset, length);
}

function makeBuffer(memory: ArrayBufferLike, offset: number, length?: number): Buffer {
  return Buffer.from(memory as ArrayBuffer, offset, length);
}

/** The buffer of a view: one that comes here, or one mentioned before. */
function viewed(reader: Reader, input: Input): ArrayBuffer | Lent {
  const tag = input.byte();
  if (tag === BUFFER) return lendable(reader, input) ?? readBuffer(reader, input);
  if (tag === RESIZABLE_BUFFER) return readResizable(reader, input);
  if (tag !== REFERENCE) throw corrupt('a view has no buffer');
  const buffer = reader.object(input.count());
  if (!(buffer instanceof ArrayBuffer) && !(buffer instanceof Lent)) throw corrupt('a view of something else than a buffer');
  return buffer;
}

/** Leaves a large buffer where it is, if that is allowed and its elements are aligned in memory. */
function lendable(reader: Reader, input: Input): Lent | undefined {
  if (!reader.lend) return undefined;
  const before = input.position;
  const length = input.count();
  input.align(8);
  const start = input.bytes.byteOffset + input.position;
  if (length <= LEND_ABOVE || start % 8 !== 0) {
    input.position = before;
    return undefined;
  }
  input.take(length);
  const lent = new Lent(input.bytes.buffer, start, length);
  reader.add(lent);
  return lent;
}

/** ArrayBuffer's own slice does not clear the memory before it fills it. */
function copy(bytes: Uint8Array, start: number, length: number): ArrayBuffer {
  const { buffer, byteOffset } = bytes;
  if (buffer instanceof ArrayBuffer) return buffer.slice(byteOffset + start, byteOffset + start + length);
  const copied = new Uint8Array(length);
  copied.set(bytes.subarray(start, start + length));
  return copied.buffer;
}

function resizable(length: number, maxByteLength: number): ArrayBuffer {
  try {
    return new (ArrayBuffer as new (length: number, options: object) => ArrayBuffer)(length, { maxByteLength });
  } catch (error) {
    throw corrupt(`a buffer is too large: ${String(error)}`);
  }
}
