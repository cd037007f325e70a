import * as op from './opcodes.js';

const HEADER = 11; // PROTO, its number, FRAME and the frame's length
const SHORTEST_FRAME = 4;
const SHORT = 0xff;
const MEDIUM = 0xffff_ffff;

/** The bytes of a pickle being written, with room for its header before them. */
export class Output {
  #bytes = Buffer.allocUnsafe(256);
  #position = HEADER;

  #room(count: number): number {
    const start = this.#position;
    this.#position += count;
    if (this.#position > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#position, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    return start;
  }

  byte(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  number(value: number): void {
    if (!Number.isInteger(value) || Object.is(value, -0)) return this.float(value);
    if (value >= 0 && value <= 0xff) this.#short(op.BININT1, value);
    else if (value >= 0 && value <= 0xffff) {
      const at = this.#room(3);
      this.#bytes[at] = op.BININT2;
      this.#bytes.writeUInt16LE(value, at + 1);
    } else if (value === (value | 0)) {
      const at = this.#room(5);
      this.#bytes[at] = op.BININT;
      this.#bytes.writeInt32LE(value, at + 1);
    } else if (Number.isSafeInteger(value)) this.long(BigInt(value));
    else this.float(value);
  }

  float(value: number): void {
    const at = this.#room(9);
    this.#bytes[at] = op.BINFLOAT;
    this.#bytes.writeDoubleBE(value, at + 1);
  }

  /** Two's complement, in as few bytes as have room for the sign. */
  long(value: bigint): void {
    const size = value < 0n ? -value - 1n : value;
    const length = value === 0n ? 0 : Math.floor(size.toString(16).length / 2) + 1;
    const hex = BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, '0');
    let digits = Buffer.from(length === 0 ? '' : hex, 'hex').toReversed();
    // The byte for the sign is one too many when the one before it has it already.
    const last = digits.at(-1);
    const before = digits.at(-2);
    if (before !== undefined && last === (before >= 0x80 ? 0xff : 0)) digits = digits.subarray(0, -1);
    if (digits.length <= SHORT) this.#short(op.LONG1, digits.length);
    else this.#medium(op.LONG4, digits.length);
    this.#copy(digits);
  }

  string(text: string): void {
    const bytes = encodeText(text);
    this.#sized([op.SHORT_BINUNICODE, op.BINUNICODE, op.BINUNICODE8], bytes);
  }

  bytes(bytes: Uint8Array): void {
    this.#sized([op.SHORT_BINBYTES, op.BINBYTES, op.BINBYTES8], bytes);
  }

  recall(place: number): void {
    if (place <= SHORT) this.#short(op.BINGET, place);
    else this.#medium(op.LONG_BINGET, place);
  }

  #sized(codes: readonly [number, number, number], bytes: Uint8Array): void {
    if (bytes.length <= SHORT) this.#short(codes[0], bytes.length);
    else if (bytes.length <= MEDIUM) this.#medium(codes[1], bytes.length);
    else {
      const at = this.#room(9);
      this.#bytes[at] = codes[2];
      this.#bytes.writeBigUInt64LE(BigInt(bytes.length), at + 1);
    }
    this.#copy(bytes);
  }

  #short(code: number, value: number): void {
    const at = this.#room(2);
    this.#bytes[at] = code;
    this.#bytes[at + 1] = value;
  }

  #medium(code: number, value: number): void {
    const at = this.#room(5);
    this.#bytes[at] = code;
    this.#bytes.writeUInt32LE(value, at + 1);
  }

  #copy(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** The whole pickle: in one frame, or without any if it is as short as CPython leaves it without. */
  framed(protocol: number): Uint8Array {
    const length = this.#position - HEADER;
    const header = length < SHORTEST_FRAME ? 2 : HEADER;
    const start = HEADER - header;
    this.#bytes[start] = op.PROTO;
    this.#bytes[start + 1] = protocol;
    if (header === HEADER) {
      this.#bytes[2] = op.FRAME;
      this.#bytes.writeBigUInt64LE(BigInt(length), 3);
    }
    return this.#bytes.subarray(start, this.#position);
  }
}

/** UTF-8, with lone surrogates as CPython writes them (`surrogatepass`). */
function encodeText(text: string): Uint8Array {
  if (!/\p{Surrogate}/u.test(text)) return Buffer.from(text);
  return Buffer.concat(
    Array.from(text, (char) => {
      const code = char.codePointAt(0)!;
      if (code < 0xd800 || code > 0xdfff) return Buffer.from(char);
      return Buffer.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }),
  );
}
