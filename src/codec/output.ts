import { PicklingError } from '../errors.js';
import { Gathered, type Inset, type Packed } from '../memory/gathered.js';
import { Prefixes } from './prefixes.js';
import {
  BIGINT,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  INT8,
  LATIN1,
  SHORT_STRING,
  SMALL_INT_END,
  SHORT_STRING_END,
  UTF16,
} from './wire.js';

/** What any tag with a fixed-size rest needs at most. */
const ROOM = 16;
const FIRST_CAPACITY = 16 * 1024;
/** A scratch buffer that one great message made larger than this is not kept for small ones. */
const KEEP_CAPACITY = 16 * 1024 * 1024;
/** Lengths of messages are words of 32 bits; and Node 20 has no longer buffers. */
const LONGEST = 2 ** 32 - 4096;
/** Below this length a loop over characters is faster than a call into the runtime. */
const LOOP_BELOW = 24;
/** From this length on a buffer may stay where it is until the message is stored. */
const GATHER_FROM = 16 * 1024;

/** Answered at once for a string that V8 stores in one byte a character; otherwise it stops at the first wide one. */
const wide = /[^\0-\xff]/;

/** Bytes being written: one growing buffer, starting at a multiple of 8, and the primitive values. */
export class Output {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  memory: ArrayBuffer = this.bytes.buffer as ArrayBuffer;
  view: DataView = new DataView(this.memory);
  position = 0;
  #prefixes = new Prefixes(new Uint8Array(this.memory));
  #insets: Inset[] | undefined;

  /** @param gathers whether large buffers may stay where they are for now; then `gathered` gives the message */
  start(gathers = false): void {
    if (this.bytes.length > KEEP_CAPACITY && this.position < this.bytes.length / 4) this.#replace(FIRST_CAPACITY);
    this.position = 0;
    this.#insets = gathers ? [] : undefined;
  }

  /** What has been written, without a copy. */
  written(): Uint8Array {
    return this.#prefixes.of(this.position);
  }

  gathered(): Packed {
    const insets = this.#insets;
    this.#insets = undefined;
    if (insets === undefined || insets.length === 0) return this.written();
    const gathered = new Gathered(this.written(), insets);
    checkLength(gathered.length);
    return gathered;
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    if (this.position + count > this.bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    const old = this.bytes;
    const needed = this.position + count;
    checkLength(needed);
    this.#replace(Math.min(Math.max(old.length * 2, needed + FIRST_CAPACITY), LONGEST));
    this.bytes.set(old.subarray(0, this.position));
  }

  #replace(capacity: number): void {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.memory = this.bytes.buffer as ArrayBuffer;
    this.view = new DataView(this.memory);
    this.#prefixes = new Prefixes(new Uint8Array(this.memory));
  }

  tag(tag: number): void {
    this.ensure(ROOM);
    this.bytes[this.position++] = tag;
  }

  count(count: number): void {
    this.ensure(ROOM);
    let rest = count;
    while (rest >= 0x80) {
      this.bytes[this.position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.position++] = rest;
  }

  tagged(tag: number, count: number): void {
    this.tag(tag);
    this.count(count);
  }

  /** Pads up to a multiple of `size`, with zeros: no byte of an earlier message may show. */
  align(size: number): void {
    this.ensure(size);
    while (this.position % size !== 0) this.bytes[this.position++] = 0;
  }

  raw(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** Bytes that are the user's. */
  foreign(bytes: Uint8Array): void {
    if (this.#insets === undefined || bytes.length < GATHER_FROM) return this.raw(bytes);
    this.ensure(ROOM);
    const at = this.position;
    // What follows is aligned here as it will be there.
    this.position += bytes.length % 8;
    this.#insets.push({ bytes, length: bytes.length, at, next: this.position });
  }

  number(value: number): void {
    this.ensure(ROOM);
    const integer = value | 0;
    if (integer === value && (integer !== 0 || 1 / value > 0)) this.#integer(integer);
    else this.#float(value);
  }

  #integer(value: number): void {
    const bytes = this.bytes;
    if (value >= 0 && value < SMALL_INT_END) {
      bytes[this.position++] = value;
    } else if (value >= -0x80 && value < 0x80) {
      bytes[this.position++] = INT8;
      bytes[this.position++] = value;
    } else if (value >= -0x8000 && value < 0x8000) {
      bytes[this.position++] = INT16;
      bytes[this.position++] = value;
      bytes[this.position++] = value >> 8;
    } else {
      bytes[this.position++] = INT32;
      this.view.setInt32(this.position, value, true);
      this.position += 4;
    }
  }

  #float(value: number): void {
    this.bytes[this.position++] = FLOAT64;
    this.float64(value);
  }

  float64(value: number): void {
    this.ensure(ROOM);
    this.view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.tag(INT64);
      this.view.setBigInt64(this.position, value, true);
      this.position += 8;
      return;
    }
    const digits = (value < 0n ? -value : value).toString(16);
    this.tag(BIGINT);
    this.bytes[this.position++] = value < 0n ? 1 : 0;
    this.count(digits.length);
    this.#latin1(digits);
  }

  string(value: string): void {
    const length = value.length;
    if (length < LOOP_BELOW) this.#shortString(value, length);
    else if (wide.test(value)) this.#utf16(value);
    else {
      if (length < SHORT_STRING_END - SHORT_STRING) this.tag(SHORT_STRING + length);
      else this.tagged(LATIN1, length);
      this.#latin1(value);
    }
  }

  #shortString(value: string, length: number): void {
    this.ensure(ROOM + LOOP_BELOW);
    const bytes = this.bytes;
    const start = this.position;
    let at = start;
    bytes[at++] = SHORT_STRING + length;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0xff) return this.#utf16(value);
      bytes[at++] = unit;
    }
    this.position = at;
  }

  #latin1(value: string): void {
    this.ensure(value.length);
    this.position += this.bytes.write(value, this.position, 'latin1');
  }

  #utf16(value: string): void {
    this.tagged(UTF16, value.length);
    this.ensure(value.length * 2);
    this.position += this.bytes.write(value, this.position, 'utf16le');
  }
}

function checkLength(length: number): void {
  if (length > LONGEST) throw new PicklingError('ERR_PICKLE_TOO_LONG', 'a message can have no more than 4 GB');
}
