import { setMaxListeners } from 'node:events';
import type { Connection } from '../channel/connection.js';
import { RemoteError } from '../pickle/errors.js';
import type { Address } from '../network/address.js';
import { Listener } from '../network/listener.js';
import { localChannel, pickledChannel, type Channel } from './channel.js';
import { controlsOf, Segments, type Control } from './controls.js';
import { Objects } from './objects.js';
import { managerGlobals, Reference, replaceProxies, type ProxyParts } from './reference.js';
import type { Registry } from './registry.js';
import type { Caller } from './waits.js';
import {
  ERROR,
  PROXY,
  RETURN,
  Token,
  TRACEBACK,
  TRANSACTION,
  UNSERIALIZABLE,
  isRequest,
  type Reply,
  type Request,
} from './wire.js';

/** One line of requests. */
interface Session {
  readonly channel: Channel;
  /** Who holds what is made here: a client of this program, or all other programs together. */
  readonly holder: object;
  readonly caller: Caller;
  /** The replies so far. */
  sent: Promise<void>;
}

/** The client programs that cannot be told apart: their references end by their own word only, as in CPython. */
const OTHERS = {};

const text = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
const tuple = (...items: unknown[]): readonly unknown[] => Object.freeze(items);

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
  /** What it holds. */
  readonly objects: Objects;
  readonly #listener: Listener;
  readonly #sessions = new Set<Channel>();
  readonly #segments = new Segments();
  readonly #controls: ReadonlyMap<string, Control>;
  #stopped = false;
  #stop = (): void => {};
  /** Resolves when it has been told to stop. */
  readonly stopped: Promise<void>;

  /** Made by `getServer` of a manager. */
  constructor(registry: Registry, address: Address | undefined, authkey: Uint8Array) {
    this.objects = new Objects(registry);
    this.#listener = new Listener(address, { authkey });
    this.#controls = controlsOf(this.objects, this.#segments);
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
    this.#stopped = true;
    this.#listener.close();
    for (const channel of this.#sessions) channel.close();
    this.#stop();
  }

  /** Serves a connection that another program has made. */
  async serveRemote(connection: Connection): Promise<void> {
    const channel = pickledChannel(connection, {
      replace: replaceProxies,
      globals: managerGlobals((parts) => this.#reference(parts)),
    });
    const session = this.#open(channel, OTHERS);
    const isLine = await this.#serve(session, 1, (request) => request[1] === 'accept_connection');
    if (isLine) await this.#serve(session, Infinity);
    this.#close(session);
  }

  /**
   * A process of this program; what it holds is let go when its line ends. Its requests may carry a number behind them,
   * which the reply carries too: they begin in turn, and none waits for another.
   */
  async serveLocal(connection: Connection): Promise<void> {
    const session = this.#open(localChannel(connection), {});
    try {
      await connection.send('welcome');
      for (;;) void this.#serveOne(session, await session.channel.receive());
    } catch {
      ends.get(session.channel)?.abort();
    }
    this.objects.forget(session.holder);
    this.#close(session);
  }

  async #serveOne(session: Session, message: unknown): Promise<void> {
    const [ident, method, args, kwargs, ...number] = message as [...Request, ...number[]];
    const reply = await this.#answer([ident, method, args, kwargs], session);
    await this.#reply(session, reply, number);
  }

  #open(channel: Channel, holder: object): Session {
    this.#sessions.add(channel);
    const gone = new AbortController();
    setMaxListeners(Infinity, gone.signal);
    ends.set(channel, gone);
    return { channel, holder, caller: { owner: channel, signal: gone.signal }, sent: Promise.resolve() };
  }

  #close({ channel }: Session): void {
    this.#sessions.delete(channel);
    channel.close();
  }

  /** Serves so many requests; tells whether the last one was of the kind that is asked for. */
  async #serve(session: Session, count: number, isWanted?: (request: Request) => boolean): Promise<boolean> {
    const { channel } = session;
    let next = channel.receive();
    let wanted = false;
    for (let served = 0; served < count && !this.#stopped; served++) {
      let request: unknown;
      try {
        request = await next;
      } catch (error) {
        if (!isUndecodable(error)) return wanted;
        await this.#reply(session, [TRACEBACK, text(error)]);
        return false;
      }
      // Read ahead, so that the end of a client is seen while its call waits.
      if (served + 1 < count) {
        next = channel.receive();
        next.catch((error: unknown) => isUndecodable(error) || ends.get(channel)?.abort());
      }
      wanted = isRequest(request) && isWanted?.(request) === true;
      await this.#reply(session, await this.#answer(request, session));
    }
    return wanted;
  }

  /** Replies go out one after the other: all that wait for room in a pipe would stand in its line. */
  async #reply(session: Session, reply: Reply, number: readonly number[] = []): Promise<void> {
    const { channel } = session;
    const sent = session.sent.then(() => channel.send([...reply, ...number]));
    session.sent = sent.catch(() => {});
    try {
      await sent;
    } catch (error) {
      await channel.send([UNSERIALIZABLE, text(error), ...number]).catch(() => {}); // it has gone
    }
    if (reply === GOODBYE) this.stop();
  }

  async #answer(request: unknown, session: Session): Promise<Reply> {
    if (!isRequest(request))
      return [TRACEBACK, 'AssertionError: a request is a tuple of ident, method, args and kwargs'];
    const [ident, method, args, kwargs] = request;
    try {
      if (ident === null) return await this.#control(method, args, kwargs, session);
      return await this.#call(ident, method, args, kwargs, session);
    } catch (error) {
      return error instanceof RemoteError ? [TRACEBACK, text(error)] : [ERROR, error];
    }
  }

  async #control(name: string, args: readonly unknown[], kwargs: object, session: Session): Promise<Reply> {
    if (name === 'shutdown') return GOODBYE;
    const control = this.#controls.get(name);
    if (!control) throw new RemoteError('ERR_MANAGER_METHOD', `AssertionError: '${name}' unrecognized`);
    try {
      return [RETURN, await control(args, kwargs, session.holder)];
    } catch (error) {
      return [TRACEBACK, text(error)];
    }
  }

  async #call(
    ident: string,
    method: string,
    args: readonly unknown[],
    kwargs: object,
    session: Session,
  ): Promise<Reply> {
    if (method === TRANSACTION) return [RETURN, this.objects.transact(ident, args)];
    const referent = this.objects.get(ident);
    const result: unknown = await this.objects.call(ident, method, args, kwargs, session.caller);
    const typeid = referent.methodToTypeid[method];
    if (typeid === undefined) return [RETURN, result];
    const made = this.objects.add(typeid, result, session.holder);
    const { exposed } = this.objects.get(made);
    return [PROXY, tuple(tuple(...exposed), Token.of(typeid, this.#wireAddress, made))];
  }

  get #wireAddress(): unknown {
    const { address } = this;
    return typeof address === 'string' ? address : tuple(...address);
  }

  /** A proxy that a program has sent; one of an object of this very server keeps that alive. */
  #reference(parts: ProxyParts): Reference {
    const reference = new Reference(parts);
    const { token } = parts;
    if (JSON.stringify(token.address) !== JSON.stringify(this.address)) return reference;
    const hold = {};
    this.objects.hold(token.id, hold);
    references.register(reference, () => this.objects.forget(hold));
    return reference;
  }
}

const references = new FinalizationRegistry<() => void>((letGo) => letGo());
const ends = new WeakMap<Channel, AbortController>();
const GOODBYE: Reply = [RETURN, null];

function isUndecodable(error: unknown): boolean {
  return (error as { name?: string }).name === 'PicklingError';
}
