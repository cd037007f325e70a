import { constants } from 'node:buffer';
import { EOFError, OSError } from '../errors.js';

/**
 * The frames of CPython's connections: a signed 32-bit length, then so many bytes; or -1, an unsigned 64-bit length, then
 * so many bytes. All big-endian.
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Connection.send_bytes
 */
const SHORT = 4;
const LONG = 12;
const LONGEST_SHORT = 0x7fff_ffff;
const IS_LONG = -1;

/** A frame gets room as its bytes come: what a length only claims costs no memory. */
const FIRST_ROOM = 64 * 1024;

export function frameHeader(length: number): Uint8Array {
  if (length <= LONGEST_SHORT) {
    const header = Buffer.allocUnsafe(SHORT);
    header.writeInt32BE(length);
    return header;
  }
  const header = Buffer.allocUnsafe(LONG);
  header.writeInt32BE(IS_LONG);
  header.writeBigUInt64BE(BigInt(length), SHORT);
  return header;
}

/** Small messages are copied behind their header, which costs less than a second piece to write. */
const COPY_UP_TO = 16 * 1024;

/** A frame in as few pieces as is cheap; a long message is not copied. */
export function framed(bytes: Uint8Array): Uint8Array[] {
  const header = frameHeader(bytes.length);
  return bytes.length <= COPY_UP_TO ? [Buffer.concat([header, bytes])] : [header, bytes];
}

/** Puts the bytes that come back together to frames, however they were cut. */
export class Frames {
  readonly #header = Buffer.alloc(LONG);
  #headerBytes = 0;
  /** The body that is being received; undefined while its length is not known. */
  #body: Uint8Array<ArrayBuffer> | undefined;
  #length = 0;
  #received = 0;
  /** What has come and has not been looked at. */
  #chunks: Uint8Array[] = [];
  #ended = false;
  #failure: Error | undefined;

  /** Bytes are the reader's from now on. */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#chunks.push(bytes);
  }

  /** No more bytes will come; with an error when that was not in order. */
  end(failure?: Error): void {
    this.#ended = true;
    this.#failure ??= failure;
  }

  /** Whether a byte of the next frame is here, or none will come any more. */
  get isReady(): boolean {
    return this.#ended || this.#failure !== undefined || this.#headerBytes > 0 || this.#chunks.length > 0;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /**
   * The next frame; undefined while it is not complete.
   *
   * @throws {EOFError} ERR_EOF: the bytes have ended between two frames
   * @throws {OSError} ERR_PARTIAL_MESSAGE, ERR_MESSAGE_LENGTH: nothing can be received after that
   */
  take(longest = Infinity): Uint8Array<ArrayBuffer> | undefined {
    if (this.#body === undefined && !this.#begin()) return this.#refuseEnd();
    if (this.#length > Math.min(longest, constants.MAX_LENGTH)) throw this.#refuse(longest);
    this.#body ??= new Uint8Array(Math.min(this.#length, FIRST_ROOM));
    this.#fill();
    if (this.#received < this.#length) return this.#refuseEnd();
    const body = this.#body;
    this.#body = undefined;
    this.#headerBytes = 0;
    return body.length === this.#length ? body : body.subarray(0, this.#length);
  }

  /** All that has come and has not been taken, as it came. */
  untaken(): Uint8Array {
    const body = this.#body?.subarray(0, this.#received) ?? new Uint8Array();
    return Buffer.concat([this.#header.subarray(0, this.#headerBytes), body, ...this.#chunks]);
  }

  #begin(): boolean {
    if (this.#failure && !this.#ended) throw this.#failure;
    if (!this.#fillHeader(SHORT)) return false;
    const short = this.#header.readInt32BE();
    if (short === IS_LONG && !this.#fillHeader(LONG)) return false;
    const length = short === IS_LONG ? Number(this.#header.readBigUInt64BE(SHORT)) : short;
    this.#length = length < 0 ? Infinity : length;
    this.#received = 0;
    return true;
  }

  #refuse(longest: number): Error {
    const length = this.#header.readInt32BE();
    const claimed = length === IS_LONG ? this.#header.readBigUInt64BE(SHORT) : length;
    const limit = longest < constants.MAX_LENGTH ? `at most ${longest} bytes` : 'a length that a message can have';
    this.#failure = new OSError('ERR_MESSAGE_LENGTH', `bad message length: expected ${limit}, got ${claimed}`);
    this.#chunks = [];
    return this.#failure;
  }

  #refuseEnd(): undefined {
    if (!this.#ended) return undefined;
    if (this.#failure) throw this.#failure;
    if (this.#headerBytes > 0) throw new OSError('ERR_PARTIAL_MESSAGE', 'got end of file during message');
    throw new EOFError('ERR_EOF', 'nothing is left to receive, and the other end is closed');
  }

  #fillHeader(size: number): boolean {
    const { length } = this.#header;
    while (this.#headerBytes < size && this.#chunks.length > 0)
      this.#headerBytes += this.#move(this.#header.subarray(this.#headerBytes, Math.min(size, length)));
    return this.#headerBytes >= size;
  }

  #fill(): void {
    while (this.#received < this.#length && this.#chunks.length > 0) {
      if (this.#received === this.#body!.length) this.#grow();
      this.#received += this.#move(this.#body!.subarray(this.#received, this.#length));
    }
  }

  #grow(): void {
    const larger = new Uint8Array(Math.min(this.#length, this.#body!.length * 2));
    larger.set(this.#body!);
    this.#body = larger;
  }

  /** Moves what fits from the first chunk. */
  #move(room: Uint8Array): number {
    const chunk = this.#chunks[0]!;
    const moved = Math.min(room.length, chunk.length);
    room.set(moved === chunk.length ? chunk : chunk.subarray(0, moved));
    if (moved === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(moved);
    return moved;
  }
}
