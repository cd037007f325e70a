import { types } from 'node:util';
import { ArgumentTypeError, BufferTooShort, expected, ValueError } from '../errors.js';

/** What may be given where bytes are expected: all of its bytes count, whatever its elements are. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/**
 * A part of a buffer, not copied. `size` is all that follows `offset` unless given.
 *
 * @throws {TypeError} ERR_BYTES_TYPE
 * @throws {ValueError} ERR_BYTES_RANGE: the part reaches beyond the buffer
 */
export function partOf(buffer: Bytes, offset: number, size?: number | null): Uint8Array {
  const whole = allOf(buffer);
  const left = whole.length - checkCount('offset', offset);
  if (left < 0)
    throw new ValueError('ERR_BYTES_RANGE', `offset: expected at most ${whole.length} (bytes), got ${offset}`);
  if (size === undefined || size === null) return whole.subarray(offset);
  if (checkCount('size', size) > left)
    throw new ValueError('ERR_BYTES_RANGE', `size: expected at most ${left} (bytes after the offset), got ${size}`);
  return whole.subarray(offset, offset + size);
}

function allOf(buffer: unknown): Uint8Array {
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (types.isAnyArrayBuffer(buffer)) return new Uint8Array(buffer);
  throw new ArgumentTypeError('ERR_BYTES_TYPE', `buffer: ${expected('a typed array or an ArrayBuffer', buffer)}`);
}

/** The longest message that may be received; any, unless it is given. */
export function checkMaxLength(maxLength: number | null | undefined): number {
  return maxLength === undefined || maxLength === null ? Infinity : checkCount('maxLength', maxLength);
}

function checkCount(name: string, count: number): number {
  if (typeof count !== 'number')
    throw new ArgumentTypeError('ERR_BYTES_TYPE', `${name}: ${expected('a whole number of bytes', count)}`);
  if (!Number.isInteger(count) || count < 0)
    throw new ValueError('ERR_BYTES_RANGE', `${name}: ${expected('a whole number of bytes, 0 or more', count)}`);
  return count;
}

/** Copies a message to where it is wanted; gives its length. What does not fit is in the error, as a copy. */
export function fill(room: Uint8Array, message: Uint8Array): number {
  if (message.length > room.length) {
    const text = `expected a message of at most ${room.length} bytes, got ${message.length}`;
    throw new BufferTooShort('ERR_BUFFER_TOO_SHORT', text, message.slice());
  }
  room.set(message);
  return message.length;
}
