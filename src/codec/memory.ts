import { copyOf } from '../system/allocator.js';
import { corrupt, type Input } from './input.js';
import type { Reader } from './reader.js';
import { BUFFER, LEND_ABOVE, REFERENCE, RESIZABLE_BUFFER, viewClasses } from './wire.js';

type ViewKind = (typeof viewClasses)[number];

/** V8 keeps this many bytes inside of a view. */
const SMALL = 64;

const LARGE = 16 * 1024;

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

/** A buffer that is not there yet, because nobody has asked its view for it. */
export class Held {
  readonly view: Uint8Array;

  constructor(view: Uint8Array) {
    this.view = view;
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
  const count = input.count();
  const number = reader.add(unfinished);
  const small = offset === 0 && kind.size === 1 ? readSmall(reader, input, kind.type, count - 1) : undefined;
  const view = small ?? overlay(kind, viewed(reader, input), offset, count === 0 ? undefined : count - 1);
  reader.replace(number, view);
  return view;
}

/**
 * A few bytes, the common case of digests and keys. V8 keeps them inside of the view and makes an ArrayBuffer, which costs
 * many times as much, only if somebody asks for it.
 */
function readSmall(reader: Reader, input: Input, type: unknown, length: number): Uint8Array | undefined {
  const { bytes, position } = input;
  if (length > SMALL || bytes[position] !== BUFFER || bytes[position + 1] !== length) return undefined;
  const view =
    type === Buffer ? Buffer.allocUnsafeSlow(length) : type === Uint8Array ? new Uint8Array(length) : undefined;
  if (view === undefined) return undefined;
  input.take(2);
  input.align(8);
  const start = input.take(length);
  for (let i = 0; i < length; i++) view[i] = bytes[start + i] as number;
  reader.add(new Held(view));
  return view;
}

function overlay(
  kind: ViewKind,
  buffer: ArrayBuffer | Lent,
  offset: number,
  length: number | undefined,
): ArrayBufferView {
  if (length === undefined && !isResizable(buffer)) throw corrupt('a view grows with a buffer that does not');
  const end = offset + (length ?? 0) * kind.size;
  if (offset % kind.size !== 0 || end > buffer.byteLength) throw corrupt('a view does not fit its buffer');
  if (!(buffer instanceof Lent)) return create(kind.type, buffer, offset, length);
  return create(kind.type, buffer.memory, buffer.start + offset, length);
}

function isResizable(buffer: ArrayBuffer | Lent): boolean {
  return (buffer as { readonly resizable?: boolean }).resizable === true;
}

function create(
  type: ViewKind['type'],
  memory: ArrayBufferLike,
  offset: number,
  length: number | undefined,
): ArrayBufferView {
  // Buffer's own constructor is deprecated.
  if ((type as unknown) === Buffer) return Buffer.from(memory as ArrayBuffer, offset, length);
  return new type(memory, offset, length);
}

/** The buffer of a view: one that comes here, or one mentioned before. */
function viewed(reader: Reader, input: Input): ArrayBuffer | Lent {
  const tag = input.byte();
  if (tag === BUFFER) return lendable(reader, input) ?? readBuffer(reader, input);
  if (tag === RESIZABLE_BUFFER) return readResizable(reader, input);
  if (tag !== REFERENCE) throw corrupt('a view has no buffer');
  const buffer = reader.object(input.count());
  if (buffer instanceof Held) return buffer.view.buffer as ArrayBuffer;
  if (!(buffer instanceof ArrayBuffer) && !(buffer instanceof Lent))
    throw corrupt('a view of something else than a buffer');
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

/** ArrayBuffer's own slice does not clear the memory before it fills it, or not always: a large one that costs. */
function copy(bytes: Uint8Array, start: number, length: number): ArrayBuffer {
  const { buffer, byteOffset } = bytes;
  if (length >= LARGE) return copyOf(bytes.subarray(start, start + length)).buffer;
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
