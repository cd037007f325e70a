import { OSError } from '../errors.js';
import { handle } from '../memory/handle.js';
import { patience } from '../sync/options.js';
import { checkMaxLength, partOf, type Bytes } from './bytes.js';
import { readiness, type Readiness } from './ready.js';
import type { Transport } from './transport.js';

/** What can end a wait from outside. */
export interface CanAbort {
  /** Ends the wait: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One end of a connection: of a pipe, or over a socket. `Out` is what it sends, `In` what it receives. A message is a
 * value (`send`, `recv`) or plain bytes (`sendBytes`, `recvBytes`), and arrives whole, or not at all.
 *
 * An end that nothing refers to any more closes by itself, some time later.
 *
 * @example
 * const [a, b] = Pipe<string>();
 * await a.send('hello');
 * await b.recv(); // 'hello'
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Connection
 */
export class Connection<Out = unknown, In = unknown> {
  readonly #transport: Transport;
  #closed = false;

  /** Made by `Pipe`, `Client` and `Listener`. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  /**
   * Sends a value. Waits while the other end is far behind.
   *
   * @throws {OSError} ERR_CONNECTION_CLOSED, ERR_CONNECTION_READ_ONLY, ERR_BROKEN_PIPE: nobody holds the other end
   * @throws {PicklingError} the value cannot travel; nothing is sent
   */
  async send(value: Out, { signal }: CanAbort = {}): Promise<void> {
    return this.#writable().send(value, signal);
  }

  /** Like `send`, and blocks the calling thread. */
  sendSync(value: Out): void {
    this.#writable().sendSync(value);
  }

  /**
   * Receives the next value; waits until there is one.
   *
   * @throws {EOFError} ERR_EOF: nothing is left to receive, and nobody holds the other end
   * @throws {OSError} ERR_CONNECTION_CLOSED, ERR_CONNECTION_WRITE_ONLY
   */
  async recv({ signal }: CanAbort = {}): Promise<In> {
    return this.#readable().recv(signal) as Promise<In>;
  }

  /** Like `recv`, and blocks the calling thread. */
  recvSync(): In {
    return this.#readable().recvSync() as In;
  }

  // ---- bytes -------------------------------------------------------------------------------------------------------

  /**
   * Sends `size` bytes of a buffer from byte `offset` on, by default all of them, as one message.
   *
   * @example
   * await connection.sendBytes(new Uint8Array([1, 2, 3, 4]), 1, 2); // the other end receives 2 and 3
   *
   * @throws {TypeError} ERR_BYTES_TYPE
   * @throws {ValueError} ERR_BYTES_RANGE: the part reaches beyond the buffer
   */
  async sendBytes(buffer: Bytes, offset = 0, size?: number | null, { signal }: CanAbort = {}): Promise<void> {
    return this.#writable().sendBytes(partOf(buffer, offset, size), signal);
  }

  /** Like `sendBytes`, and blocks the calling thread. */
  sendBytesSync(buffer: Bytes, offset = 0, size?: number | null): void {
    this.#writable().sendBytesSync(partOf(buffer, offset, size));
  }

  /**
   * Receives the next message as bytes.
   *
   * @param maxLength the longest message (bytes) that is taken; a longer one is an error
   * @throws {OSError} ERR_MESSAGE_LENGTH: it is longer. A pipe keeps it; a socket cannot be read any more
   * @throws {ValueError} ERR_BYTES_RANGE: `maxLength` is negative
   */
  async recvBytes(maxLength?: number | null, { signal }: CanAbort = {}): Promise<Uint8Array> {
    return this.#readable().recvBytes(checkMaxLength(maxLength), signal);
  }

  /** Like `recvBytes`, and blocks the calling thread. */
  recvBytesSync(maxLength?: number | null): Uint8Array {
    return this.#readable().recvBytesSync(checkMaxLength(maxLength));
  }

  /**
   * Receives the next message into a buffer, from byte `offset` on. Gives the number of its bytes.
   *
   * @throws {BufferTooShort} ERR_BUFFER_TOO_SHORT: it does not fit; the error's `bytes` are the message
   * @throws {ValueError} ERR_BYTES_RANGE: `offset` is negative, or beyond the buffer
   */
  async recvBytesInto(buffer: Bytes, offset = 0, { signal }: CanAbort = {}): Promise<number> {
    return this.#readable().recvInto(partOf(buffer, offset), signal);
  }

  /** Like `recvBytesInto`, and blocks the calling thread. */
  recvBytesIntoSync(buffer: Bytes, offset = 0): number {
    return this.#readable().recvIntoSync(partOf(buffer, offset));
  }

  // ---- waiting -----------------------------------------------------------------------------------------------------

  /**
   * Whether there is a message, or the end of them, so that `recv` would not wait. Waits up to `timeout` milliseconds for
   * that, which are 0 unless given; null is for ever.
   */
  async poll(timeout: number | null = 0, { signal }: CanAbort = {}): Promise<boolean> {
    return this.#readable().poll(patience({ timeout: timeout ?? undefined }), signal);
  }

  /** Like `poll`, and blocks the calling thread. */
  pollSync(timeout: number | null = 0): boolean {
    return this.#readable().pollSync(patience({ timeout: timeout ?? undefined }));
  }

  [readiness](): Readiness {
    return this.#readable().readiness();
  }

  /** A descriptor that is readable while `recv` would not wait. */
  fileno(): number {
    return this.#open().fileno();
  }

  // ---- its end -----------------------------------------------------------------------------------------------------

  /** Gives this end up in this process. Once nobody holds it, the other end sees the end of the messages. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#transport.close();
  }

  /** Whether `close` has been called on this object. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether it can receive. */
  get readable(): boolean {
    return this.#transport.readable;
  }

  /** Whether it can send. */
  get writable(): boolean {
    return this.#transport.writable;
  }

  /** Closes it: `using connection = ...`. */
  [Symbol.dispose](): void {
    this.close();
  }

  [handle](): [string, unknown] {
    return this.#open().travel();
  }

  #readable(): Transport {
    if (!this.#open().readable) throw new OSError('ERR_CONNECTION_WRITE_ONLY', 'connection is write-only');
    return this.#transport;
  }

  #writable(): Transport {
    if (!this.#open().writable) throw new OSError('ERR_CONNECTION_READ_ONLY', 'connection is read-only');
    return this.#transport;
  }

  #open(): Transport {
    if (this.#closed) throw closedError();
    return this.#transport;
  }
}

/** What an operation on a closed end, or one that waits when it is closed, ends with. */
export function closedError(): OSError {
  return new OSError('ERR_CONNECTION_CLOSED', 'handle is closed');
}
