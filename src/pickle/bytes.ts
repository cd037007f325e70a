import { PicklingError } from '../errors.js';

export function corrupt(what: string): PicklingError {
  return new PicklingError('ERR_PICKLE_CORRUPT', `the bytes are no pickle: ${what}`);
}

/** The bytes of a pickle being read, never beyond their end. All numbers but floats are little-endian. */
export class PickleBytes {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  #take(count: number): number {
    const start = this.#position;
    if (!(count <= this.#bytes.length - start)) throw corrupt('it ends too early');
    this.#position = start + count;
    return start;
  }

  uint8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  uint16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32LE(this.#take(4));
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  /** More than a number can hold is more than there can be. */
  uint64(): number {
    return Number(this.#bytes.readBigUInt64LE(this.#take(8)));
  }

  float(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  /** Two's complement of any length: a number if it is exact as one. */
  long(length: number): number | bigint {
    const start = this.#take(length);
    if (length === 0) return 0;
    const digits = this.#bytes.subarray(start, start + length).toReversed();
    const value = BigInt.asIntN(length * 8, BigInt(`0x${Buffer.from(digits).toString('hex')}`));
    return exact(value);
  }

  string(length: number): string {
    const start = this.#take(length);
    return decodeText(this.#bytes, start, start + length);
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw corrupt('a line has no end');
    const start = this.#take(end + 1 - this.#position);
    return decodeText(this.#bytes, start, end);
  }

  copy(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#take(length);
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }
}

export function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** UTF-8 with lone surrogates, as CPython writes them (`surrogatepass`). */
function decodeText(bytes: Buffer, start: number, end: number): string {
  const whole = text(bytes, start, end);
  if (!whole.includes('\ufffd') || !hasSurrogate(bytes, start, end)) return whole;
  let result = '';
  let from = start;
  for (let at = start; at + 2 < end; at++) {
    if (bytes[at] !== 0xed || bytes[at + 1]! < 0xa0) continue;
    const unit = 0xd000 | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
    result += text(bytes, from, at) + String.fromCharCode(unit);
    from = at + 3;
  }
  return result + text(bytes, from, end);
}

function text(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end);
}

function hasSurrogate(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at + 2 < end; at++) if (bytes[at] === 0xed && bytes[at + 1]! >= 0xa0) return true;
  return false;
}
