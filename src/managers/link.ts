import type { Connection } from '../channel/connection.js';
import { self } from '../memory/slots.js';
import { isListeningHere } from '../network/listening.js';
import { waitsForItself } from '../sync/alone.js';
import { pickledChannel, type Channel } from './channel.js';
import { LocalLines, RemoteLines, serverGone, type Lines, type Way } from './lines.js';
import { replaceErrors } from './errors-abroad.js';
import type { Replace } from '../pickle/pickle.js';
import { managerGlobals, replaceProxies, type ProxyParts } from './reference.js';
import { isItem, resultOf, settled } from './result.js';
import { SharedLine } from './shared-line.js';
import { CANCEL, HAS_COME, type Reply, type Request } from './wire.js';

/** Makes a proxy; `keeps` is what keeps the object, where that is not said to the server. */
type Rebuild = (link: Link, parts: ProxyParts, keeps?: object) => object;

/** A server that is in this very process. */
type Here = (request: Request) => Reply | Promise<Reply>;

const NO_ARGUMENTS = {};
const WHAT_BLOCKS = 'a blocking call to a server in this thread';

/**
 * This process's lines to a server. A call takes a line that nobody uses, or opens one, so that calls that wait do not hold
 * up the others; lines are kept and used again. To a server of this program, all that is awaited shares one line.
 */
export class Link {
  readonly way: Way;
  readonly #rebuild: Rebuild;
  readonly #here: Here | undefined;
  readonly #remote: RemoteLines;
  readonly #lines: Lines;
  readonly #idle: Channel[] = [];
  #shared: Promise<SharedLine> | undefined;
  /** The one that is open already. */
  #open: SharedLine | undefined;
  #closed = false;

  constructor(way: Way, rebuild: Rebuild, here?: Here) {
    this.way = way;
    this.#rebuild = rebuild;
    this.#here = here;
    this.#remote = new RemoteLines(way, (connection) => this.#pickled(connection));
    this.#lines = way.lobby ? new LocalLines(way.lobby) : this.#remote;
  }

  /** Whether the server counts who holds what: then proxies say when they come and go. */
  get counts(): boolean {
    return this.way.lobby === undefined && this.#here === undefined;
  }

  // ---- lines -------------------------------------------------------------------------------------------------------

  async takeLine(): Promise<Channel> {
    if (this.#closed) throw serverGone();
    return this.#idle.pop() ?? this.#lines.open();
  }

  takeLineSync(): Channel {
    this.#refuseOwnThread();
    if (this.#closed) throw serverGone();
    return this.#idle.pop() ?? this.#lines.openSync();
  }

  /** While this thread blocked, its server could not answer. */
  #refuseOwnThread(): void {
    const { lobby, address } = this.way;
    if (lobby ? lobby.host === self() : isListeningHere(address)) throw waitsForItself(WHAT_BLOCKS);
  }

  giveBack(line: Channel): void {
    if (this.#closed) line.close();
    else if (!broken.has(line)) this.#idle.push(line);
  }

  async #sharedLine(): Promise<SharedLine> {
    if (this.#closed) throw serverGone();
    if (this.#shared === undefined || (await this.#shared.catch(() => undefined))?.hasEnded !== false)
      this.#shared = this.#lines.open().then((channel) => (this.#open = new SharedLine(channel)));
    return this.#shared;
  }

  #pickled(connection: Connection): Channel {
    const fresh: string[] = [];
    const rebuild = (parts: ProxyParts): object => {
      fresh.push(parts.token.id);
      return this.#rebuild(this, parts);
    };
    const replace: Replace = (value) =>
      this.#remote.knowsUs && value instanceof Error ? replaceErrors(value) : replaceProxies(value);
    const channel = pickledChannel(connection, { replace, globals: managerGlobals(rebuild) });
    freshOf.set(channel, fresh);
    return channel;
  }

  /** In good order: what it has left locked stays so. */
  sayGoodbye(): void {
    const line = this.#idle.at(-1);
    if (line === undefined || !this.#remote.knowsUs) return;
    try {
      line.sendSync([null, 'goodbye', [], NO_ARGUMENTS]);
    } catch {
      // The server has gone first.
    }
  }

  close(): void {
    this.sayGoodbye();
    this.#closed = true;
    this.#leave();
  }

  #leave(): void {
    void this.#shared?.then((line) => line.close()).catch(() => {});
    this.#shared = this.#open = undefined;
    for (const line of this.#idle.splice(0)) line.close();
  }

  /** In a forked child: the lines are the parent's. */
  renew(): void {
    this.#shared = this.#open = undefined;
    this.#idle.length = 0;
    this.#remote.renew();
  }

  // ---- calls -------------------------------------------------------------------------------------------------------

  async call(request: Request, signal?: AbortSignal): Promise<unknown> {
    if (this.#open?.hasEnded === false && signal === undefined) return this.#result(await this.#open.call(request));
    signal?.throwIfAborted();
    if (this.#here) return this.#result(await this.#here(request));
    if (this.way.lobby)
      return settled((await this.#sharedLine()).call(request, signal), (reply) => this.#result(reply), signal);
    const line = await this.takeLine();
    try {
      return await this.callOn(line, request, signal);
    } finally {
      this.giveBack(line);
    }
  }

  callSync(request: Request): unknown {
    if (this.#here) return this.#callHereSync(this.#here(request));
    const line = this.takeLineSync();
    try {
      return this.callOnSync(line, request);
    } finally {
      this.giveBack(line);
    }
  }

  #callHereSync(reply: Reply | Promise<Reply>): unknown {
    if (!(reply instanceof Promise)) return this.#result(reply);
    reply.catch(() => {});
    throw waitsForItself(WHAT_BLOCKS);
  }

  async callOn(line: Channel, request: Request, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    const cancel = (): void => this.#cancel(line);
    signal?.addEventListener('abort', cancel);
    try {
      return await settled(this.#exchange(line, request), (reply) => this.#result(reply), signal);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** A server of CPython's hears of it only by the end of the line. */
  #cancel(line: Channel): void {
    if (this.way.lobby || this.#remote.knowsUs) return void line.send([null, CANCEL, [], NO_ARGUMENTS]).catch(() => {});
    broken.add(line);
    line.close();
  }

  async #exchange(line: Channel, request: Request): Promise<unknown> {
    underWay.add(request);
    try {
      await line.send(request);
      const reply = await line.receive();
      if (isItem(reply)) await line.send(HAS_COME);
      for (const ident of freshOf.get(line)?.splice(0) ?? []) await this.control('incref', [ident]);
      return reply;
    } catch (error) {
      throw this.#broken(line, error);
    } finally {
      underWay.delete(request);
    }
  }

  callOnSync(line: Channel, request: Request): unknown {
    this.#refuseOwnThread();
    let reply: unknown;
    try {
      line.sendSync(request);
      reply = line.receiveSync();
      if (isItem(reply)) line.sendSync(HAS_COME);
      for (const ident of freshOf.get(line)?.splice(0) ?? []) this.controlSync('incref', [ident]);
    } catch (error) {
      throw this.#broken(line, error);
    }
    return this.#result(reply);
  }

  /** A value that cannot travel does no harm to a line; after any other error nobody knows what comes next on it. */
  #broken(line: Channel, error: unknown): unknown {
    if ((error as { name?: string }).name === 'PicklingError') return error;
    broken.add(line);
    line.close();
    return error;
  }

  #result(reply: unknown): unknown {
    return resultOf(reply, (parts, keeps) => this.#rebuild(this, parts, keeps));
  }

  /** What concerns the server itself. To one of CPython's each goes over a connection of its own. */
  async control(name: string, args: readonly unknown[], kwargs: Request[3] = NO_ARGUMENTS): Promise<unknown> {
    const request = [null, name, args, kwargs] as const;
    if (!this.counts) return this.call(request);
    const line = await this.takeLine();
    try {
      if (this.#remote.knowsUs) return await this.callOn(line, request);
    } finally {
      this.giveBack(line);
    }
    return this.#result(await this.#remote.askBare(request));
  }

  controlSync(name: string, args: readonly unknown[], kwargs: Request[3] = NO_ARGUMENTS): unknown {
    const request = [null, name, args, kwargs] as const;
    if (!this.counts) return this.callSync(request);
    const line = this.takeLineSync();
    try {
      if (this.#remote.knowsUs) return this.callOnSync(line, request);
    } finally {
      this.giveBack(line);
    }
    return this.#result(this.#remote.askBareSync(request));
  }
}

const broken = new WeakSet<Channel>();
/** Proxies that have come with the reply that is being read, and are to be counted. */
const freshOf = new WeakMap<Channel, string[]>();
/** What a request refers to has to be there until the server has read it. */
const underWay = new Set<Request>();
