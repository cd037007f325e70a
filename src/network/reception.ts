import type { Server, Socket } from 'node:net';
import { AuthenticationError } from '../errors.js';
import { acceptNow, peerName, waitFor } from '../system/socket.js';
import type { Address } from './address.js';
import type { SocketTransport } from './socket-transport.js';
import { Connection } from '../channel/connection.js';
import type { Readiness } from '../channel/ready.js';
import { encrypted, plain, type Opening } from './encrypted.js';
import { adoptSocket, handleOf, net, takeFrom } from './socket.js';
import { failure } from './failures.js';
import { perform, performSync, tooSlow } from './greeting.js';
import { greet } from './handshake.js';
import type { Source } from './line.js';

/** A connection that may be accepted, or the error of one that may not. */
export type Arrival = { readonly connection: Connection; readonly from: Address | null } | { readonly error: unknown };

interface Rules {
  /** What both sides must know; undefined: nothing. */
  readonly key: Uint8Array | undefined;
  /** Node's options for TLS; undefined: what is sent is not encrypted. */
  readonly tls: object | undefined;
  /** Whether the other side of this descriptor is let in at all. */
  readonly admits: (fd: number) => boolean;
  /** Called when there is a new arrival. */
  readonly arrived: () => void;
}

/** How long a handshake may take: a peer that sends nothing costs a descriptor no longer than that. */
const HANDSHAKE_PATIENCE = 10_000;

/** How many connections may be here that have not shown that they know the key. With more, the oldest has to go. */
const MOST_STRANGERS = 1024;

/**
 * Where connections arrive, and show that they know the key, all at the same time: one that is slow keeps nobody waiting.
 * They are greeted only while somebody accepts, so what has not been accepted is bounded.
 */
export class Reception implements Source {
  readonly #rules: Rules;
  readonly #server: Server;
  readonly #fd: number;
  /** Not greeted yet. */
  readonly #waiting: Socket[] = [];
  /** In the middle of their handshake, the oldest first. */
  readonly #greeting = new Set<SocketTransport>();
  readonly #arrivals: Arrival[] = [];
  #closing: AbortController | undefined;
  #accepting = false;
  #holds = 0;

  constructor(fd: number, backlog: number, rules: Rules) {
    this.#fd = fd;
    this.#rules = rules;
    this.#server = net().createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => this.#enter(socket));
    this.#server.on('error', (error) => {
      if (this.#accepting) this.#arrive({ error: failure(error, 'cannot accept') });
    });
    this.#server.listen({ fd, backlog });
    this.#server.unref();
  }

  hold(): void {
    if (this.#holds++ === 0) this.#server.ref();
  }

  letGo(): void {
    if (--this.#holds === 0) this.#server.unref();
  }

  readiness(): Readiness {
    const isReady = (): boolean => this.#waiting.length > 0 || this.#arrivals.length > 0;
    return { fd: this.#fd, isReady, closed: (this.#closing ??= new AbortController()).signal };
  }

  next(): Arrival | undefined {
    return this.#arrivals.shift();
  }

  read(on: boolean): void {
    this.#accepting = on;
    while (this.#accepting && this.#waiting.length > 0) void this.#greet(this.#waiting.shift()!);
  }

  #enter(socket: Socket): void {
    if (!this.#rules.admits(handleOf(socket)!.fd) || !this.#hasRoom()) socket.destroy();
    else {
      this.#waiting.push(socket);
      this.read(this.#accepting);
    }
  }

  #hasRoom(): boolean {
    if (this.#waiting.length + this.#greeting.size < MOST_STRANGERS) return true;
    const [oldest] = this.#greeting;
    oldest?.abort(new AuthenticationError('ERR_AUTHENTICATION_TIMEOUT', 'it made room for others before it was done'));
    return oldest !== undefined;
  }

  async #greet(socket: Socket): Promise<void> {
    const from = nameOf(socket);
    const { key, tls } = this.#rules;
    const { transport, explain } = this.#open(socket);
    if (key === undefined && tls === undefined) return this.#arrive({ connection: new Connection(transport), from });
    this.#greeting.add(transport);
    const alarm = setTimeout(() => transport.abort(tooSlow()), HANDSHAKE_PATIENCE);
    try {
      await perform(transport, greet(key, tls !== undefined));
      this.#arrive({ connection: new Connection(transport), from });
    } catch (error) {
      transport.close();
      this.#arrive({ error: explain(error) });
    } finally {
      clearTimeout(alarm);
      this.#greeting.delete(transport);
    }
  }

  #open(socket: Socket): Opening {
    const { tls } = this.#rules;
    return tls === undefined ? plain(socket) : encrypted(takeFrom(socket), { isServer: true, options: tls });
  }

  #arrive(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#rules.arrived();
  }

  readSync(milliseconds: number): boolean {
    const deadline = performance.now() + milliseconds;
    for (;;) {
      const socket = this.#waiting.shift() ?? this.#acceptNow();
      if (socket) {
        this.#greetSync(socket);
        return true;
      }
      if (waitFor(this.#fd, { read: true, write: false }, deadline - performance.now()) === undefined) return false;
    }
  }

  #acceptNow(): Socket | undefined {
    const fd = acceptNow(this.#fd);
    if (fd === undefined) return undefined;
    const socket = adoptSocket(fd);
    if (this.#rules.admits(fd)) return socket;
    socket.destroy();
    return undefined;
  }

  #greetSync(socket: Socket): void {
    const from = nameOf(socket);
    const { key, tls } = this.#rules;
    const { transport, explain } = this.#open(socket);
    try {
      performSync(transport, greet(key, tls !== undefined), HANDSHAKE_PATIENCE);
      this.#arrivals.push({ connection: new Connection(transport), from });
    } catch (error) {
      transport.close();
      this.#arrivals.push({ error: explain(error) });
    }
  }

  /** Closes the socket, and whatever has not been accepted. */
  close(error: Error): void {
    this.#closing?.abort(error);
    this.#accepting = false;
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    for (const transport of this.#greeting) transport.abort(error);
    for (const arrival of this.#arrivals.splice(0)) if ('connection' in arrival) arrival.connection.close();
  }
}

/** Where it came from; null when it has gone again. */
function nameOf(socket: Socket): Address | null {
  try {
    return peerName(handleOf(socket)!.fd);
  } catch {
    return null;
  }
}
