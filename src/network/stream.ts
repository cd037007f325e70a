import fs from 'node:fs';
import type { Socket } from 'node:net';
import { duplicate, waitFor } from '../system/socket.js';
import { failure } from './failures.js';
import { adoptSocket, handleOf, stopReading } from './socket.js';
import type { Source } from './line.js';
import { copies, drop, total, type Outgoing } from './outgoing.js';

/** Who gets what comes in. */
export interface Receiver {
  bytes(chunk: Uint8Array): void;
  end(failure?: Error): void;
}

const READ_BYTES = 64 * 1024;
const scratch = Buffer.allocUnsafeSlow(READ_BYTES);

/**
 * The bytes of a socket, for those who await and for those who block. The descriptor does not block; who blocks reads and
 * writes it here, with poll(2) in between, while the event loop, and libuv with it, stands still.
 *
 * Bytes go out in the order in which they were given. What the kernel takes at once it gets at once; the rest of one
 * message at a time is libuv's. To block until it is written, it has to be taken back from there: the socket gets a
 * second descriptor, libuv's is closed with what it has not written, and the second one is libuv's from then on.
 */
export class Stream implements Source {
  #socket: Socket;
  readonly #receiver: Receiver;
  readonly #queue: Outgoing[] = [];
  /** What libuv is writing. */
  #flying: Outgoing | undefined;
  #reading = false;
  #holds = 0;
  #closed = false;

  /** @param socket connected, and paused before anything was read */
  constructor(socket: Socket, receiver: Receiver) {
    this.#receiver = receiver;
    this.#socket = socket;
    this.#adopt(socket);
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    if (this.#holds === 0) socket.unref();
    socket.pause();
    socket.on('data', (chunk: Buffer) => this.#receiver.bytes(chunk));
    socket.on('end', () => this.#receiver.end());
    socket.on('error', (error) => this.#fail(failure(error, 'the connection is broken')));
    socket.on('close', () => this.#receiver.end());
    if (this.#reading) socket.resume();
  }

  #fail(error: Error): void {
    const lost = this.#flying ? [this.#flying, ...this.#queue] : [...this.#queue];
    this.#flying = undefined;
    this.#queue.length = 0;
    this.#receiver.end(error);
    for (const outgoing of lost) outgoing.reject(error);
  }

  get fd(): number {
    return handleOf(this.#socket)?.fd ?? -1;
  }

  hold(): void {
    if (this.#holds++ === 0) this.#socket.ref();
  }

  letGo(): void {
    if (--this.#holds === 0) this.#socket.unref();
  }

  read(on: boolean): void {
    if (on === this.#reading) return;
    this.#reading = on;
    if (on) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Whether libuv has read something that nobody has asked for yet. */
  get hasReadAhead(): boolean {
    return this.#socket.readableLength > 0;
  }

  /** Hands over all that libuv has read already; false if there was nothing. */
  flushReadAhead(): boolean {
    if (!this.hasReadAhead) return false;
    // What is read so is told as 'data', too; a socket that flows gives it in several pieces.
    while (this.#socket.read() !== null);
    return true;
  }

  /** For somebody else to read on. */
  stop(): void {
    this.flushReadAhead();
    stopReading(this.#socket);
  }

  /** Whether there is something to read, or an end to be seen. */
  hasInput(): boolean {
    return this.hasReadAhead || waitFor(this.fd, { read: true, write: false }, 0) !== undefined;
  }

  // ---- awaiting ----------------------------------------------------------------------------------------------------

  /** Resolves when the kernel has the bytes. They may be changed as soon as the promise has been given. */
  write(parts: Uint8Array[]): Promise<void> {
    this.hold();
    return new Promise<void>((resolve, reject) => {
      const outgoing: Outgoing = {
        rest: parts.filter((part) => part.length > 0),
        resolve: () => (this.letGo(), resolve()),
        reject: (error) => (this.letGo(), reject(error)),
      };
      this.#queue.push(outgoing);
      // What has to wait is copied once the kernel has taken what it can.
      if (this.#flying !== undefined || this.#queue.length > 1) outgoing.rest = copies(outgoing.rest);
      this.#next();
    });
  }

  #next(): void {
    while (this.#flying === undefined && this.#queue.length > 0) {
      const outgoing = this.#queue[0]!;
      if (this.#writeNow(outgoing)) continue;
      outgoing.rest = copies(outgoing.rest);
      return this.#fly(this.#queue.shift()!);
    }
  }

  #fly(outgoing: Outgoing): void {
    this.#flying = outgoing;
    const socket = this.#socket;
    const landed = (error?: Error | null): void => {
      // Taken back: a socket that was destroyed may say so, without an error, when the next one has it already; or told by
      // the event.
      if (this.#flying !== outgoing || this.#socket !== socket || error) return;
      this.#flying = undefined;
      outgoing.resolve();
      this.#next();
    };
    socket.cork();
    outgoing.rest.forEach((part, i) => socket.write(part, i === outgoing.rest.length - 1 ? landed : undefined));
    socket.uncork();
  }

  /** Writes the first in the queue as far as the kernel takes it. True when that was all, or when it failed. */
  #writeNow(outgoing: Outgoing): boolean {
    try {
      while (outgoing.rest.length > 0) outgoing.rest = drop(outgoing.rest, fs.writevSync(this.fd, outgoing.rest));
    } catch (error) {
      if (isAgain(error)) return false;
      this.#queue.shift();
      outgoing.reject(failure(error, 'nothing can be sent'));
      return true;
    }
    this.#queue.shift();
    outgoing.resolve();
    return true;
  }

  // ---- blocking ----------------------------------------------------------------------------------------------------

  writeSync(parts: Uint8Array[]): void {
    let failed: Error | undefined;
    this.hold();
    const resolve = (): void => this.letGo();
    this.#queue.push({ rest: parts, resolve, reject: (error) => ((failed = error), this.letGo()) });
    this.#takeBack();
    while (this.#queue.length > 0)
      if (!this.#writeNow(this.#queue[0]!)) waitFor(this.fd, { read: false, write: true }, Infinity);
    if (failed) throw failed;
  }

  readSync(milliseconds: number): boolean {
    try {
      return this.#readWriting(performance.now() + milliseconds);
    } finally {
      this.#next();
    }
  }

  /** The answer that is waited for may depend on what has not gone out yet. */
  #readWriting(deadline: number): boolean {
    while (!this.#readNow()) {
      this.#takeBack();
      while (this.#queue.length > 0 && this.#writeNow(this.#queue[0]!));
      const wanted = { read: true, write: this.#queue.length > 0 };
      if (waitFor(this.fd, wanted, deadline - performance.now()) === undefined) return false;
    }
    return true;
  }

  #readNow(): boolean {
    if (this.flushReadAhead()) return true;
    try {
      const count = fs.readSync(this.fd, scratch);
      if (count === 0) this.#receiver.end();
      else this.#receiver.bytes(Uint8Array.prototype.slice.call(scratch, 0, count));
    } catch (error) {
      if (isAgain(error)) return false;
      this.#receiver.end(failure(error, 'the connection is broken'));
    }
    return true;
  }

  #takeBack(): void {
    const outgoing = this.#flying;
    if (outgoing === undefined) return;
    const written = total(outgoing.rest) - handleOf(this.#socket)!.writeQueueSize;
    outgoing.rest = drop(outgoing.rest, written);
    this.#flying = undefined;
    this.#queue.unshift(outgoing);
    const copy = duplicate(this.fd);
    this.#leave();
    this.#adopt(adoptSocket(copy));
  }

  #leave(): void {
    const socket = this.#socket;
    this.flushReadAhead();
    socket.removeAllListeners();
    socket.on('error', () => {}); // what it had left to write is cancelled
    socket.destroy();
  }

  // ---- the end -----------------------------------------------------------------------------------------------------

  /** Closes the socket, once what was given to `write` has gone out. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.pause();
    if (this.#flying === undefined && this.#queue.length === 0) this.#socket.destroy();
    else void Promise.allSettled([this.write([])]).then(() => this.#socket.destroy());
  }

  /** Closes it at once; what has not gone out is lost, and its senders learn it. */
  destroy(error: Error): void {
    this.#closed = true;
    this.#fail(error);
    this.#socket.destroy();
  }
}

function isAgain(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}
