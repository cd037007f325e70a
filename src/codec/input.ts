import { PicklingError } from '../errors.js';
import { LATIN1, SHORT_STRING, SHORT_STRING_END, UTF16 } from './wire.js';

/** Strings up to this length are looked up among those seen lately, before one is made. */
const REMEMBER_UP_TO = 24;
const REMEMBERED = 1024;

/** What `toString` of Buffer ends in; unlike that, they take any array of bytes. */
type Slice = (this: Uint8Array, start: number, end: number) => string;
const { latin1Slice, ucs2Slice } = Buffer.prototype as unknown as { latin1Slice: Slice; ucs2Slice: Slice };

const eight = new Uint8Array(8);
const asFloat = new Float64Array(eight.buffer);
const asBigint = new BigInt64Array(eight.buffer);

const remembered: string[] = new Array<string>(REMEMBERED).fill('');

export function corrupt(what: string): PicklingError {
  return new PicklingError('ERR_PICKLE_CORRUPT', `the bytes are not a message of this codec: ${what}`);
}

/** Bytes being read, never beyond their end. */
export class Input {
  readonly bytes: Uint8Array;
  readonly end: number;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** Steps over `count` bytes and returns where they begin. */
  take(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw corrupt('it ends too early');
    this.position = start + count;
    return start;
  }

  byte(): number {
    if (this.position >= this.end) throw corrupt('it ends too early');
    return this.bytes[this.position++] as number;
  }

  count(): number {
    const first = this.byte();
    return first < 0x80 ? first : this.#longCount(first);
  }

  #longCount(first: number): number {
    let count = first & 0x7f;
    for (let factor = 0x80; factor < 2 ** 53; factor *= 0x80) {
      const byte = this.byte();
      count += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(count)) break;
        return count;
      }
    }
    throw corrupt('a count is too large');
  }

  /** A count of things of which each takes at least `size` bytes: more than there is room for is never allocated. */
  countOf(size: number): number {
    const count = this.count();
    if (count * size > this.end - this.position) throw corrupt('it ends too early');
    return count;
  }

  align(size: number): void {
    this.take((size - (this.position % size)) % size);
  }

  int8(): number {
    return (this.byte() << 24) >> 24;
  }

  int16(): number {
    const at = this.take(2);
    return (((this.bytes[at] as number) | ((this.bytes[at + 1] as number) << 8)) << 16) >> 16;
  }

  int32(): number {
    const { bytes } = this;
    const at = this.take(4);
    return (
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    );
  }

  float64(): number {
    this.#takeEight();
    return asFloat[0] as number;
  }

  int64(): bigint {
    this.#takeEight();
    return asBigint[0] as bigint;
  }

  #takeEight(): void {
    const { bytes } = this;
    const start = this.take(8);
    for (let i = 0; i < 8; i++) eight[i] = bytes[start + i] as number;
  }

  bigint(): bigint {
    const negative = this.byte() === 1;
    const digits = this.latin1(this.countOf(1));
    if (!/^[0-9a-f]+$/.test(digits)) throw corrupt('a bigint has no digits');
    const value = BigInt(`0x${digits}`);
    return negative ? -value : value;
  }

  /** A string with its tag, where the wire has no other values. */
  string(): string {
    const tag = this.byte();
    if (tag >= SHORT_STRING && tag < SHORT_STRING_END) return this.latin1(tag - SHORT_STRING);
    if (tag === LATIN1) return this.latin1(this.countOf(1));
    if (tag === UTF16) return this.utf16(this.countOf(2));
    throw corrupt('a string is missing');
  }

  latin1(length: number): string {
    const start = this.take(length);
    return length <= REMEMBER_UP_TO ? this.#short(start, length) : latin1Slice.call(this.bytes, start, start + length);
  }

  utf16(length: number): string {
    const start = this.take(length * 2);
    return ucs2Slice.call(this.bytes, start, start + length * 2);
  }

  /** Keys, names and states come again and again: comparing a few bytes is cheaper than making a string of them. */
  #short(start: number, length: number): string {
    const { bytes } = this;
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + (bytes[start + i] as number)) | 0;
    const slot = (hash ^ (hash >>> 10)) & (REMEMBERED - 1);
    const known = remembered[slot] as string;
    if (known.length === length && matches(known, bytes, start)) return known;
    const made = makeShort(bytes, start, length);
    remembered[slot] = made;
    return made;
  }
}

function matches(known: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

function makeShort(bytes: Uint8Array, start: number, length: number): string {
  const units: number[] = [];
  for (let i = 0; i < length; i++) units.push(bytes[start + i] as number);
  return String.fromCharCode.apply(null, units);
}
