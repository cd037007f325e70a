import type { Socket } from 'node:net';
import { closedError, Connection } from '../channel/connection.js';
import type { Readiness } from '../channel/ready.js';
import type { Transport } from '../channel/transport.js';
import { fill } from '../channel/bytes.js';
import { decodeAbroad, encodeAbroad } from '../codec/abroad.js';
import { registerHandle } from '../memory/handle.js';
import { framed, Frames } from './frames.js';
import { Line, type WaitLimits } from './line.js';
import { adoptSocket } from './socket.js';
import { Stream } from './stream.js';
import { sendOff, takeIn, type Travelling } from './travel.js';

/**
 * A connection over a socket. Bytes go in the frames of CPython's `multiprocessing.connection`. Values go, in the same
 * frames, between programs that use this library: plain data only. Functions, classes and handles (locks, queues, ...) are
 * refused on both sides: no code comes in over the network, and a handle means nothing outside of its program.
 */
export class SocketTransport implements Transport {
  readonly readable = true;
  readonly writable = true;
  readonly #stream: Stream;
  readonly #frames = new Frames();
  readonly #line: Line;
  readonly #ended: (() => void) | undefined;
  #closing: AbortController | undefined;

  /**
   * @param ahead what has been received of it before, by another process
   * @param ended called when it has been closed
   */
  constructor(socket: Socket, ahead?: Uint8Array, ended?: () => void) {
    this.#ended = ended;
    if (ahead) this.#frames.push(ahead);
    this.#stream = new Stream(socket, {
      bytes: (chunk) => (this.#frames.push(chunk), this.#line.look()),
      end: (failure) => (this.#frames.end(failure), this.#line.look()),
    });
    this.#line = new Line(this.#stream);
  }

  send(value: unknown, signal?: AbortSignal): Promise<void> {
    return this.sendBytes(encodeAbroad(value), signal);
  }

  sendSync(value: unknown): void {
    this.sendBytesSync(encodeAbroad(value));
  }

  /** What has begun to go out goes out: a message that was cut off would be the end of the connection. */
  async sendBytes(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const written = this.#stream.write(framed(bytes));
    return signal === undefined ? written : orAborted(written, signal);
  }

  sendBytesSync(bytes: Uint8Array): void {
    this.#stream.writeSync(framed(bytes));
  }

  async recv(signal?: AbortSignal): Promise<unknown> {
    return decodeAbroad(await this.recvBytes(Infinity, signal));
  }

  recvSync(): unknown {
    return decodeAbroad(this.recvBytesSync(Infinity));
  }

  recvBytes(limit: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#line.wait(() => this.#frames.take(limit), { signal }) as Promise<Uint8Array>;
  }

  recvBytesSync(limit: number): Uint8Array {
    return this.receiveWithin(limit, Infinity)!;
  }

  async recvInto(room: Uint8Array, signal?: AbortSignal): Promise<number> {
    return fill(room, await this.recvBytes(Infinity, signal));
  }

  recvIntoSync(room: Uint8Array): number {
    return fill(room, this.recvBytesSync(Infinity));
  }

  /** Blocks, but no longer than so many milliseconds. */
  receiveWithin(limit: number, milliseconds: number): Uint8Array | undefined {
    return this.#line.waitSync(() => this.#frames.take(limit), milliseconds);
  }

  async poll(timeout: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#frames.isReady || this.#stream.hasInput()) return true;
    const limits: WaitLimits = { timeout, signal };
    return (await this.#line.wait(() => this.#frames.isReady || undefined, limits)) ?? false;
  }

  pollSync(timeout: number): boolean {
    return this.#line.waitSync(() => this.#frames.isReady || undefined, timeout) ?? false;
  }

  readiness(): Readiness {
    const isReady = (): boolean => this.#frames.isReady || this.#stream.hasReadAhead;
    return { fd: this.#stream.fd, isReady, closed: (this.#closing ??= new AbortController()).signal };
  }

  fileno(): number {
    return this.#stream.fd;
  }

  close(): void {
    this.#closing?.abort(closedError());
    this.#line.close(closedError());
    this.#stream.close();
    this.#ended?.();
  }

  /** Ends it at once, and with it whatever waits or goes on. */
  abort(error: Error): void {
    this.#line.close(error);
    this.#stream.destroy(error);
    this.#ended?.();
  }

  travel(): [type: string, state: unknown] {
    this.#stream.stop();
    return ['Socket', sendOff(this.#stream.fd, this.#frames.untaken())];
  }
}

registerHandle('Socket', (state) => {
  const travelling = state as Travelling;
  return new Connection(new SocketTransport(adoptSocket(takeIn(travelling)), travelling.ahead));
});

async function orAborted(written: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', stop);
  try {
    await Promise.race([written, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    written.catch(() => {});
  }
}
