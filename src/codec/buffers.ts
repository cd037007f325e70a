import { types } from 'node:util';
import { PicklingError } from '../errors.js';
import { isBare, notPlain } from './plain.js';
import { BUFFER, REFERENCE, RESIZABLE_BUFFER, VIEW, viewClasses } from './wire.js';
import type { Writer } from './writer.js';

type Resizable = ArrayBuffer & { readonly resizable?: boolean; readonly maxByteLength?: number };

/**
 * Which buffers of a message travel whole. A view of a part of a buffer travels with that part alone, unless something
 * else in the message uses the buffer too: then they must share it again on arrival. That is known only afterwards, so
 * such a message is written twice.
 */
export class Views {
  readonly #whole = new Set<object>();
  readonly #partly = new Set<object>();
  #again = false;

  /** Whether the message has to be written once more; asked after writing it. */
  again(): boolean {
    const again = this.#again;
    this.#again = false;
    this.#partly.clear();
    return again;
  }

  isWhole(buffer: object): boolean {
    return this.#whole.has(buffer);
  }

  sendPart(buffer: object): void {
    this.#partly.add(buffer);
  }

  meetAgain(buffer: object): void {
    if (!this.#partly.has(buffer)) return;
    this.#whole.add(buffer);
    this.#again = true;
  }
}

/** Writes an ArrayBuffer that stands for itself. */
export function writeBuffer(writer: Writer, object: object): void {
  if (!types.isAnyArrayBuffer(object) || !isBare(object)) throw notPlain;
  assertUnshared(object);
  writeBytes(writer, object, new Uint8Array(object), true);
}

/** As with structured clone, properties that somebody has added to a view do not count: looking for them takes too long. */
export function writeView(writer: Writer, object: object, kind: number): void {
  if (!ArrayBuffer.isView(object)) throw notPlain;
  const { buffer, byteOffset, byteLength } = object;
  assertUnshared(buffer);
  const { output } = writer;
  const { size } = viewClasses[kind] as { size: number };
  const resizable = (buffer as Resizable).resizable === true;
  // There is no way to ask a view whether it grows with its buffer. One that ends with a resizable buffer most likely does.
  const elements = resizable && byteOffset + byteLength > buffer.byteLength - size ? 0 : byteLength / size + 1;
  const pooled = isPooled(object);
  const part = pooled || (byteLength < buffer.byteLength && !resizable && !writer.views.isWhole(buffer));

  output.tag(VIEW);
  output.tag(kind);
  output.count(part && writer.identity.find(buffer) < 0 ? 0 : byteOffset);
  output.count(elements);
  if (pooled) {
    writer.identity.add({}); // the numbers of reader and writer agree, but nobody can share it
    return writeBytes(writer, buffer, bytesOf(object), false);
  }
  const known = writer.identity.mention(buffer);
  if (known >= 0) {
    writer.views.meetAgain(buffer);
    return output.tagged(REFERENCE, known);
  }
  if (part) writer.views.sendPart(buffer);
  writeBytes(writer, buffer, part ? bytesOf(object) : new Uint8Array(buffer), !part);
}

function writeBytes(writer: Writer, buffer: ArrayBuffer, bytes: Uint8Array, whole: boolean): void {
  const { output } = writer;
  const { resizable, maxByteLength } = buffer as Resizable;
  if (whole && resizable === true) output.tagged(RESIZABLE_BUFFER, maxByteLength as number);
  else output.tag(BUFFER);
  output.count(bytes.length);
  output.align(8);
  output.raw(bytes);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * Small Buffers are cut from one pool of Node, which has nothing to do with them: never send what else is in there, which
 * may be anybody's secret. Such Buffers do not share memory on arrival.
 */
function isPooled(view: ArrayBufferView): boolean {
  return Object.getPrototypeOf(view) === Buffer.prototype && view.buffer.byteLength === Buffer.poolSize && view.byteLength < Buffer.poolSize;
}

function assertUnshared(buffer: ArrayBufferLike): asserts buffer is ArrayBuffer {
  if (!types.isSharedArrayBuffer(buffer)) return;
  throw new SharedBufferFound(buffer);
}

/** Tells `encode` which buffer; it knows the way there and makes the error for the user. */
export class SharedBufferFound extends PicklingError {
  readonly buffer: SharedArrayBuffer;

  constructor(buffer: SharedArrayBuffer) {
    super('ERR_PICKLE_SHARED_ARRAY_BUFFER', 'a SharedArrayBuffer cannot travel: only a copy would arrive. Use SharedMemory or Array of this package');
    this.buffer = buffer;
  }
}
