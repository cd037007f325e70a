import fs from 'node:fs';
import type { TlsOptions } from 'node:tls';
import type { Connection } from '../channel/connection.js';
import { readiness, type Readiness } from '../channel/ready.js';
import { ArgumentTypeError, expected, OSError, TimeoutError } from '../errors.js';
import { patience } from '../sync/options.js';
import { inForkedChild } from '../system/generation.js';
import { listenAt, localName } from '../system/socket.js';
import { checkAddress, checkFamily, checkKey, type Address, type Family } from './address.js';
import { defaultAddress, isOwnUser } from './default-address.js';
import { failure } from './failures.js';
import { Line } from './line.js';
import { noteClosed, noteListening } from './listening.js';
import { Reception } from './reception.js';
import { checkTls } from './tls-options.js';

/** How a listener is made. */
export interface ListenerOptions {
  /** The family of an address that is not given, or a check of one that is. */
  readonly family?: Family | undefined;
  /** How many connections the system keeps until the program has taken them over; 128 unless given. */
  readonly backlog?: number | undefined;
  /** What both sides must know. Without a key, everybody who reaches the address is let in. */
  readonly authkey?: Uint8Array | null | undefined;
  /** Node's options for TLS, such as `{ key, cert }`; functions in them run in a thread of the library's own. */
  readonly tls?: TlsOptions | null | undefined;
}

/** How long to wait for a client. */
export interface AcceptOptions {
  /** Milliseconds to wait at most; for ever unless given. */
  readonly timeout?: number | undefined;
  /** Ends the wait: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const BACKLOG = 128;

/**
 * A socket to which other programs connect, with `Client` of this library or of CPython's `multiprocessing.connection`. It
 * listens from its construction on. Without an address it makes one up: `address` tells.
 *
 * Handshakes go on side by side, and one that is not done within ten seconds has failed: a peer that is slow or says
 * nothing holds nobody up.
 *
 * @example
 * await using listener = new Listener(['localhost', 6000], { authkey: Buffer.from('secret') });
 * for await (const connection of listener) {
 *   console.log('from', listener.lastAccepted, await connection.recv());
 *   connection.close();
 * }
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Listener
 */
export class Listener<Out = unknown, In = unknown> implements AsyncIterable<Connection<Out, In>> {
  readonly #address: Address;
  readonly #reception: Reception;
  readonly #line: Line;
  #lastAccepted: Address | null = null;
  #closed = false;

  /**
   * @throws {OSError} ERR_ADDRESS_IN_USE, ERR_ADDRESS_NOT_AVAILABLE, ERR_HOST_UNKNOWN
   * @throws {ValueError} ERR_SOCKET_ADDRESS, ERR_SOCKET_FAMILY, ERR_TLS_OPTIONS
   * @throws {TypeError} ERR_AUTHKEY, ERR_BACKLOG
   */
  constructor(address?: Address | null, { family, backlog = BACKLOG, authkey, tls }: ListenerOptions = {}) {
    const key = checkKey(authkey, true);
    const safety = checkTls(tls);
    if (!Number.isInteger(backlog) || backlog < 0)
      throw new ArgumentTypeError('ERR_BACKLOG', `backlog: ${expected('a whole number, 0 or more', backlog)}`);
    if (family !== undefined) checkFamily(family);
    const name = address === undefined || address === null ? defaultAddress(family) : checkAddress(address, family);
    const fd = listen(name, backlog);
    this.#address = localName(fd);
    noteListening(this.#address);
    // An abstract name that was made up here is this user's alone.
    const isPrivate = name !== address && typeof name === 'string';
    this.#reception = new Reception(fd, backlog, {
      key,
      tls: safety,
      admits: (peer) => !isPrivate || isOwnUser(peer),
      arrived: () => this.#line.look(),
    });
    this.#line = new Line(this.#reception);
    if (isFile(name)) removeAtExit(name);
  }

  /** Where it listens: with the port that the system has chosen, when 0 was given. */
  get address(): Address {
    return this.#address;
  }

  /** Where the connection came from that was accepted last; '' for a Unix socket without a name, null before the first. */
  get lastAccepted(): Address | null {
    return this.#lastAccepted;
  }

  /**
   * Waits for a connection, and for the proof that its other side knows the key. One that fails in that is closed, the
   * error is thrown here, and the listener goes on.
   *
   * @throws {AuthenticationError} ERR_AUTHENTICATION_WRONG, ERR_AUTHENTICATION_REJECTED, ERR_AUTHENTICATION_PROTOCOL,
   *   ERR_AUTHENTICATION_TIMEOUT, ERR_TLS_HANDSHAKE, ERR_TLS_CERTIFICATE
   * @throws {EOFError | OSError} the other side left, or did not keep to the frames, before it had proved anything
   * @throws {OSError} ERR_LISTENER_CLOSED
   * @throws {TimeoutError} ERR_TIMED_OUT
   */
  async accept({ timeout, signal }: AcceptOptions = {}): Promise<Connection<Out, In>> {
    const limit = patience({ timeout });
    this.#refuseClosed();
    return this.#accepted(await this.#line.wait(() => this.#next(), { timeout: limit, signal }));
  }

  /** Like `accept`, and blocks the calling thread; handshakes then go on one after the other. */
  acceptSync({ timeout }: Pick<AcceptOptions, 'timeout'> = {}): Connection<Out, In> {
    const limit = patience({ timeout });
    this.#refuseClosed();
    return this.#accepted(this.#line.waitSync(() => this.#next(), limit));
  }

  [readiness](): Readiness {
    this.#refuseClosed();
    return this.#reception.readiness();
  }

  #next(): Connection | undefined {
    const arrival = this.#reception.next();
    if (arrival === undefined) return undefined;
    if ('error' in arrival) throw arrival.error;
    this.#lastAccepted = arrival.from;
    return arrival.connection;
  }

  #accepted(connection: Connection | undefined): Connection<Out, In> {
    if (connection) return connection as Connection<Out, In>;
    throw new TimeoutError('ERR_TIMED_OUT', 'no connection has come in time');
  }

  /** Listens no more. Connections that have been accepted live on; those that have not are closed. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    noteClosed(this.#address);
    const error = closedError();
    this.#line.close(error);
    this.#reception.close(error);
    if (isFile(this.#address)) removeNow(this.#address);
  }

  /** Whether `close` has been called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Closes it: `using listener = new Listener()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes it: `await using listener = new Listener()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** The connections as they come, until the listener is closed. Those that fail in their handshake are left out. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Connection<Out, In>, void, undefined> {
    while (!this.#closed) {
      try {
        yield await this.accept();
      } catch {
        // Its peer has been told; nothing of it concerns those who come after it.
      }
    }
  }

  #refuseClosed(): void {
    if (this.#closed) throw closedError();
  }
}

function closedError(): OSError {
  return new OSError('ERR_LISTENER_CLOSED', 'Listener is closed');
}

function listen(name: Address, backlog: number): number {
  try {
    return listenAt(name, backlog);
  } catch (error) {
    throw failure(error, 'cannot listen at', name);
  }
}

function isFile(address: Address): address is string {
  return typeof address === 'string' && !address.startsWith('\0');
}

// ---- the files of Unix sockets ---------------------------------------------------------------------------------------

const files = new Map<string, number>();

inForkedChild(() => files.clear());

function removeAtExit(path: string): void {
  if (files.size === 0) process.once('exit', () => [...files.keys()].forEach(removeNow));
  files.set(path, process.pid);
}

function removeNow(path: string): void {
  const owner = files.get(path);
  files.delete(path);
  // A forked child has the listener too, but the file is its parent's.
  if (owner === process.pid) fs.rmSync(path, { force: true });
}
