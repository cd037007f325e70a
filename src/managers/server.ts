import type { Connection } from '../channel/connection.js';
import type { Address } from '../network/address.js';
import { Listener } from '../network/listener.js';
import { Answers } from './answers.js';
import { localChannel, pickledChannel, type Channel } from './channel.js';
import { Clients, hasDied, OTHERS } from './clients.js';
import { Segments } from './controls.js';
import { replaceErrors } from './errors-abroad.js';
import { Link } from './link.js';
import type { Knock, Way } from './lines.js';
import { Objects } from './objects.js';
import { makeProxy } from './proxy.js';
import { managerGlobals, Reference, replaceProxies, type ProxyParts } from './reference.js';
import type { Registry } from './registry.js';
import { Call, Session, textOf } from './session.js';
import { clientLeft, lineEnded, type Holdable } from './waits.js';
import { CANCEL, isRequest, RECEIVED, RETURN, TRACEBACK, UNDECODABLE, type Reply, type Request } from './wire.js';

/**
 * The server of a manager: its objects live in this process. Programs connect to its address, CPython's among them; the
 * processes of this program come through the lobby, with a pipe in shared memory.
 *
 * A program's connection begins with a control request. `accept_connection` makes it a line for calls; after any other it
 * is closed. Each line is served in turn, all lines side by side: a call that waits holds up nobody but its own line.
 *
 * @example
 * const server = new BaseManager({ address: ['localhost', 6000], authkey: Buffer.from('secret') }).getServer();
 * await server.serveForever();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.BaseManager.get_server
 */
export class Server {
  readonly #objects: Objects;
  readonly #listener: Listener;
  readonly #sessions = new Set<Session>();
  readonly #clients = new Clients();
  readonly #segments = new Segments();
  readonly #answers: Answers;
  #way: Way;
  #here: Link | undefined;
  #stop = (): void => {};
  /** Resolves when it has been told to stop. */
  readonly stopped: Promise<void>;

  /** Made by `getServer` of a manager. */
  constructor(registry: Registry, address: Address | undefined, authkey: Uint8Array, tls?: object) {
    this.#objects = new Objects(registry);
    this.#listener = new Listener(address, { authkey, tls });
    this.#way = { address: this.#listener.address, authkey };
    this.#answers = new Answers(this.#objects, this.#segments, this.#listener.address);
    this.stopped = new Promise((resolve) => (this.#stop = resolve));
  }

  /** Where it listens. */
  get address(): Address {
    return this.#listener.address;
  }

  /** Serves until a client asks for `shutdown`, or `stop` is called. */
  async serveForever(): Promise<void> {
    const accepting = this.#accept();
    await this.stopped;
    await accepting;
    this.#segments.unlink();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) void this.serveRemote(connection);
  }

  /** Has `serveForever` come to its end. */
  stop(): void {
    this.#listener.close();
    for (const session of this.#sessions) session.end();
    this.#stop();
  }

  // ---- lines -------------------------------------------------------------------------------------------------------

  /** Says where clients that are processes of this program come in. */
  openLobby(way: Way): void {
    this.#way = way;
  }

  /** Another program. What it is told of objects is kept until its next request: by then it has said that it holds them. */
  async serveRemote(connection: Connection): Promise<void> {
    let told: object[] = [];
    let isOurs = false;
    const channel = pickledChannel(connection, {
      replace: (value) => {
        if (isOurs && value instanceof Error) return replaceErrors(value);
        const replaced = replaceProxies(value);
        if (replaced) told.push(value);
        return replaced;
      },
      globals: managerGlobals((parts) => this.proxyOf(parts)),
    });
    const first = new Session(channel, OTHERS, this.#objects, false);
    this.#sessions.add(first);
    try {
      const request = await channel.receive();
      if (!isRequest(request)) return await channel.send(NO_REQUEST);
      if (request[0] !== null || request[1] !== 'accept_connection') return await this.#begin(first, request);
      const { client, key } = this.#clients.ofName(request[2][0]);
      isOurs = key !== null;
      const session = new Session(channel, client, this.#objects, false);
      this.#sessions.add(session);
      try {
        await channel.send([RETURN, key]);
        await this.#serveInTurn(session, () => (told = []));
      } finally {
        this.#end(session);
      }
    } catch (error) {
      // It has gone; or it has sent what nobody understands.
      if (isUndecodable(error)) await channel.send([TRACEBACK, textOf(error)]).catch(() => {});
    } finally {
      this.#end(first);
    }
  }

  /** Reads on while a call waits: so the end of a client is seen, and that it does not want the result any more. */
  async #serveInTurn(session: Session, begins: () => void): Promise<void> {
    let served: Promise<void> = Promise.resolve();
    for (;;) {
      const request = await session.channel.receive().catch((error: unknown) => {
        if (isUndecodable(error)) return error;
        throw error;
      });
      if (isRequest(request) && request[1] === CANCEL && request[0] === null) {
        session.cancel(undefined);
        continue;
      }
      await served;
      begins();
      if (isRequest(request)) served = this.#begin(session, request);
      else await session.channel.send(request instanceof Error ? [TRACEBACK, textOf(request)] : NO_REQUEST);
    }
  }

  /**
   * A process of this program. Its requests may come many at once, each with a number behind it, which the reply carries
   * too: they begin in turn, and none waits for another.
   */
  async serveLocal({ connection, card }: Knock): Promise<void> {
    const session = new Session(localChannel(connection), this.#clients.ofCard(card), this.#objects, true);
    this.#sessions.add(session);
    try {
      await connection.send('welcome');
      for (;;) await this.#serveMessage(session);
    } catch {
      // It has gone.
    }
    this.#end(session);
  }

  async #serveMessage(session: Session): Promise<void> {
    const number = ++session.received;
    let message: Request | readonly Request[];
    try {
      message = (await session.channel.receive()) as Request | readonly Request[];
    } catch (error) {
      if (/^(EOF|OS)Error$/.test((error as Error).name)) throw error;
      return session.answer([UNDECODABLE, error], new Call(session), -number);
    }
    if (isOne(message)) void this.#begin(session, message);
    else for (const request of message) void this.#begin(session, request);
  }

  #end(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    session.end();
    const isLast = this.#clients.leave(session.client);
    // Not at once: those whose end is seen in this very turn must have left the lines before anything is handed on.
    setImmediate(() => this.#handOn(session, isLast));
  }

  /** What was held on a line that has ended, and what its client held, if that has died or has no line left. */
  #handOn(session: Session, isLast: boolean): void {
    const { client } = session;
    const died = hasDied(client);
    for (const { object } of this.#objects.all()) {
      const holdable: Holdable = object;
      holdable[lineEnded]?.(session);
      if (isLast || died) holdable[clientLeft]?.(client, died);
    }
    if (isLast) this.#objects.forget(client);
  }

  // ---- requests ----------------------------------------------------------------------------------------------------

  /** Resolves when the request has been answered. */
  #begin(session: Session, request: Request): Promise<void> {
    const [ident, method, args, , number] = request;
    if (ident === null && method === CANCEL) return Promise.resolve(session.cancel(args[0] as number));
    // On a line in turn whatever comes next says that the last reply has come.
    if (number === undefined) session.hasReceived([undefined]);
    if (ident === null && method === RECEIVED) return Promise.resolve(session.hasReceived(args as number[]));
    const call = new Call(session);
    const reply = this.#answers.to(request, call, session);
    session.answer(reply, call, number);
    if (session.isLocal && method !== 'shutdown') return DONE;
    const sent = Promise.resolve(reply).then(() => session.flushed());
    return ident === null && method === 'shutdown' ? sent.then(() => this.stop()) : sent;
  }

  /** Makes a proxy of what has come here. One of an object of this very server keeps that. */
  proxyOf(parts: ProxyParts): object {
    const { id, address } = parts.token;
    if (JSON.stringify(address) !== JSON.stringify(this.address)) return new Reference(parts);
    this.#here ??= new Link(this.#way, makeProxy, (request) => this.#callHere(request));
    return makeProxy(this.#here, parts, this.#objects.keep(id));
  }

  /** By a proxy that is in this process itself. */
  #callHere(request: Request): Reply | Promise<Reply> {
    const session = (this.#inside ??= new Session(NOWHERE, { ...OTHERS }, this.#objects, true));
    return this.#answers.to(request, new Call(session), session);
  }

  #inside: Session | undefined;
}

const DONE = Promise.resolve();
const NO_REQUEST: Reply = [TRACEBACK, 'AssertionError: a request is a tuple of ident, method, args and kwargs'];
const NOWHERE: Channel = {
  send: () => DONE,
  sendSync: () => {},
  receive: () => new Promise(() => {}),
  receiveSync: () => undefined,
  close: () => {},
};

function isOne(message: Request | readonly Request[]): message is Request {
  return !Array.isArray(message[0]);
}

function isUndecodable(error: unknown): boolean {
  return (error as { name?: string }).name === 'PicklingError';
}
