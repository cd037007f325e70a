import { ArgumentTypeError, expected, ValueError } from '../errors.js';

/** What an array of characters (`c`) has beyond a typed array: its bytes as a string of C. */
export interface Characters {
  /** The bytes before the first zero. To be set to at most as many as the array has; a zero follows them if there is room. */
  get value(): Buffer;
  set value(value: string | Uint8Array);
  /** All bytes. */
  get raw(): Buffer;
  set raw(bytes: string | Uint8Array);
}

/** For arrays of type `c`. */
export const charMethods: PropertyDescriptorMap = {
  value: {
    get(this: Uint8Array) {
      const end = this.indexOf(0);
      return Buffer.from(end < 0 ? this : this.subarray(0, end));
    },
    set(this: Uint8Array, value: unknown) {
      const bytes = bytesFor(this, value);
      this.set(bytes);
      if (bytes.length < this.length) this[bytes.length] = 0;
    },
  },
  raw: {
    get(this: Uint8Array) {
      return Buffer.from(this);
    },
    set(this: Uint8Array, value: unknown) {
      this.set(bytesFor(this, value));
    },
  },
};

/** @throws {ValueError} ERR_STRING_TOO_LONG */
function bytesFor(array: Uint8Array, value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  if (!(bytes instanceof Uint8Array)) {
    throw new ArgumentTypeError('ERR_STRING_VALUE', `value: ${expected('a string or bytes', value)}`);
  }
  if (bytes.length <= array.length) return bytes;
  throw new ValueError('ERR_STRING_TOO_LONG', `byte string too long: ${bytes.length} bytes for ${array.length}`);
}
