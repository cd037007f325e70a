import { types } from 'node:util';
import { PicklingError } from '../errors.js';
import { isWindow } from '../memory/program.js';
import { isBare, notPlain } from './plain.js';
import { BUFFER, REFERENCE, RESIZABLE_BUFFER, VIEW, viewClasses } from './wire.js';
import type { Writer } from './writer.js';

type Resizable = ArrayBuffer & { readonly resizable?: boolean; readonly maxByteLength?: number };

/** Not `Buffer.poolSize`: Node 26 makes its pools a little longer. */
const poolLength = Buffer.allocUnsafe(1).buffer.byteLength;

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
  assertSendable(object);
  writeBytes(writer, object, new Uint8Array(object), true);
}

/** As with structured clone, properties that somebody has added to a view do not count: looking for them takes too long. */
export function writeView(writer: Writer, object: object, kind: number): void {
  if (!ArrayBuffer.isView(object)) throw notPlain;
  const { buffer, byteOffset, byteLength } = object;
  assertSendable(buffer);
  const { output, identity, views } = writer;
  if (buffer === output.memory) {
    throw new Unsendable('ERR_PICKLE_REUSED', 'a result of encode is valid only until its next call: copy it', object);
  }
  const { size } = viewClasses[kind] as { size: number };
  const growing = (buffer as Resizable).resizable === true;
  const pooled = isPooled(object);
  const known = pooled ? -1 : identity.find(buffer);
  const part = pooled || (known < 0 && byteLength < buffer.byteLength && !growing && !views.isWhole(buffer));
  // There is no way to ask a view whether it grows with its buffer. One that ends with a resizable buffer most likely does.
  const grows = growing && byteOffset + byteLength > buffer.byteLength - size;

  output.tag(VIEW);
  output.tag(kind);
  output.count(part ? 0 : byteOffset);
  output.count(grows ? 0 : byteLength / size + 1);
  if (known >= 0) {
    views.meetAgain(buffer);
    return output.tagged(REFERENCE, known);
  }
  if (part && !pooled) views.sendPart(buffer);
  identity.add(pooled ? {} : buffer); // nobody can share a pool; but the numbers of reader and writer must agree
  writeBytes(writer, buffer, part ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(buffer), !part);
}

function writeBytes(writer: Writer, buffer: ArrayBuffer, bytes: Uint8Array, whole: boolean): void {
  const { output } = writer;
  const { resizable, maxByteLength } = buffer as Resizable;
  if (whole && resizable === true) output.tagged(RESIZABLE_BUFFER, maxByteLength as number);
  else output.tag(BUFFER);
  output.count(bytes.length);
  output.align(8);
  output.foreign(bytes);
}

/**
 * Small Buffers are cut from one pool of Node, which has nothing to do with them: never send what else is in there, which
 * may be anybody's secret. Such Buffers do not share memory on arrival. Nor do views of the program's own memory.
 */
function isPooled(view: ArrayBufferView): boolean {
  if (isWindow(view.buffer)) return true;
  return Buffer.isBuffer(view) && view.buffer.byteLength === poolLength && view.byteLength < poolLength;
}

function assertSendable(buffer: ArrayBufferLike): asserts buffer is ArrayBuffer {
  if (types.isSharedArrayBuffer(buffer)) {
    throw new Unsendable(
      'ERR_PICKLE_SHARED_ARRAY_BUFFER',
      'a SharedArrayBuffer cannot travel, only a copy would arrive: use SharedMemory or Array of this package',
      buffer,
    );
  }
  if (buffer.byteLength === 0 && isDetached(buffer)) {
    throw new Unsendable(
      'ERR_PICKLE_DETACHED',
      'an ArrayBuffer that was transferred elsewhere has no content left to travel',
      buffer,
    );
  }
}

function isDetached(buffer: ArrayBuffer): boolean {
  try {
    return new Uint8Array(buffer).length !== 0;
  } catch {
    return true;
  }
}

/** Tells `encode` what cannot travel; it knows the way there and makes the error for the user. */
export class Unsendable extends PicklingError {
  readonly object: object;

  constructor(code: string, message: string, object: object) {
    super(code, message);
    this.object = object;
  }
}
