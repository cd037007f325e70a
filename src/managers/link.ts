import type { Connection } from '../channel/connection.js';
import { Pipe } from '../channel/pipe.js';
import type { Queue } from '../channel/queue.js';
import { wait, waitSync } from '../channel/wait.js';
import { OSError } from '../errors.js';
import { self } from '../memory/slots.js';
import { RemoteError } from '../pickle/errors.js';
import type { Address } from '../network/address.js';
import { Client, ClientSync } from '../network/client.js';
import { isListeningHere } from '../network/listening.js';
import { waitsForItself } from '../sync/alone.js';
import { localChannel, pickledChannel, type Channel } from './channel.js';
import { managerGlobals, replaceProxies, type ProxyParts } from './reference.js';
import { SharedLine } from './shared-line.js';
import { ERROR, PROXY, RETURN, type Reply, type Request, type Token } from './wire.js';

/** How a server is reached: its address and key, and for the processes of its program the lobby, where pipes are handed in. */
export interface Way {
  readonly address: Address;
  readonly authkey: Uint8Array;
  readonly lobby?: Lobby | undefined;
}

/** Where the processes of a program hand in pipes, and a connection that ends with the server. */
export interface Lobby {
  readonly pipes: Queue<Connection>;
  readonly presence: Connection;
  /** The slot of the thread in which the server runs. */
  readonly host: number;
}

type Rebuild = (link: Link, parts: ProxyParts) => object;

const NO_ARGUMENTS = {};

/**
 * This process's lines to a server. A call takes a line that nobody uses, or opens one, so that calls that wait do not hold
 * up the others; lines are kept and used again.
 */
export class Link {
  readonly way: Way;
  readonly #rebuild: Rebuild;
  readonly #idle: Channel[] = [];
  #shared: Promise<SharedLine> | undefined;
  /** Proxies that have come with the reply that is being read, and are to be counted. */
  #fresh: string[] = [];
  #closed = false;

  constructor(way: Way, rebuild: Rebuild) {
    this.way = way;
    this.#rebuild = rebuild;
  }

  // ---- lines -------------------------------------------------------------------------------------------------------

  async takeLine(): Promise<Channel> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    const { lobby, address, authkey } = this.way;
    if (lobby) return this.#enter(lobby);
    const line = this.#pickled(await Client(address, { authkey }));
    await this.callOn(line, [null, 'accept_connection', Object.freeze([clientName()]), NO_ARGUMENTS]);
    return line;
  }

  takeLineSync(): Channel {
    this.#refuseOwnThread();
    const idle = this.#idle.pop();
    if (idle) return idle;
    const { lobby, address, authkey } = this.way;
    if (lobby) return this.#enterSync(lobby);
    const line = this.#pickled(ClientSync(address, { authkey }));
    this.callOnSync(line, [null, 'accept_connection', Object.freeze([clientName()]), NO_ARGUMENTS]);
    return line;
  }

  /** While this thread blocked, its server could not answer. */
  #refuseOwnThread(): void {
    const { lobby, address } = this.way;
    if (lobby ? lobby.host === self() : isListeningHere(address))
      throw waitsForItself('a blocking call to a server in this thread');
  }

  giveBack(line: Channel): void {
    if (this.#closed) line.close();
    else if (!broken.has(line)) this.#idle.push(line);
  }

  #knock({ pipes }: Lobby): Connection {
    if (this.#closed) throw gone();
    const [here, there] = Pipe<unknown, unknown>();
    pipes.putNowait(there);
    there.close();
    return here;
  }

  /** The server says a first word on each pipe that it takes; or it has gone, and nobody takes it any more. */
  async #enter(lobby: Lobby): Promise<Channel> {
    const here = this.#knock(lobby);
    const [ready] = await wait([here, lobby.presence]);
    if (ready !== here) throw (here.close(), gone());
    await here.recv();
    return localChannel(here);
  }

  #enterSync(lobby: Lobby): Channel {
    const here = this.#knock(lobby);
    const [ready] = waitSync([here, lobby.presence]);
    if (ready !== here) throw (here.close(), gone());
    here.recvSync();
    return localChannel(here);
  }

  async #sharedLine(lobby: Lobby): Promise<SharedLine> {
    if (this.#shared === undefined || (await this.#shared.catch(() => undefined))?.hasEnded !== false)
      this.#shared = this.#enter(lobby).then((channel) => new SharedLine(channel));
    return this.#shared;
  }

  #pickled(connection: Connection): Channel {
    const rebuild = (parts: ProxyParts): object => {
      this.#fresh.push(parts.token.id);
      return this.#rebuild(this, parts);
    };
    return pickledChannel(connection, { replace: replaceProxies, globals: managerGlobals(rebuild) });
  }

  close(): void {
    this.#closed = true;
    void this.#shared?.then((line) => line.close()).catch(() => {});
    for (const line of this.#idle.splice(0)) line.close();
  }

  // ---- calls -------------------------------------------------------------------------------------------------------

  async call(request: Request): Promise<unknown> {
    if (this.way.lobby) return this.#result(await (await this.#sharedLine(this.way.lobby)).call(request));
    const line = await this.takeLine();
    try {
      return await this.callOn(line, request);
    } finally {
      this.giveBack(line);
    }
  }

  callSync(request: Request): unknown {
    const line = this.takeLineSync();
    try {
      return this.callOnSync(line, request);
    } finally {
      this.giveBack(line);
    }
  }

  async callOn(line: Channel, request: Request): Promise<unknown> {
    let reply: unknown;
    try {
      await line.send(request);
      reply = await line.receive();
    } catch (error) {
      throw this.#broken(line, error);
    }
    for (const ident of this.#takeFresh()) await this.control('incref', [ident]);
    return this.#result(reply);
  }

  callOnSync(line: Channel, request: Request): unknown {
    this.#refuseOwnThread();
    let reply: unknown;
    try {
      line.sendSync(request);
      reply = line.receiveSync();
    } catch (error) {
      throw this.#broken(line, error);
    }
    for (const ident of this.#takeFresh()) this.controlSync('incref', [ident]);
    return this.#result(reply);
  }

  /** A value that cannot travel does no harm to a line; after any other error nobody knows what comes next on it. */
  #broken(line: Channel, error: unknown): unknown {
    if ((error as { name?: string }).name === 'PicklingError') return error;
    broken.add(line);
    line.close();
    return error;
  }

  #takeFresh(): string[] {
    const fresh = this.#fresh;
    if (fresh.length > 0) this.#fresh = [];
    return fresh;
  }

  #result(reply: unknown): unknown {
    const [kind, payload] = reply as Reply;
    switch (kind) {
      case RETURN:
        return payload;
      case ERROR:
        throw payload;
      case PROXY: {
        const [exposed, token] = payload as readonly [readonly string[], Token];
        return this.#rebuild(this, { token, exposed, proxy: 'AutoProxy' });
      }
      default:
        throw new RemoteError('ERR_MANAGER_REMOTE', `the server could not do it:\n${String(payload)}`);
    }
  }

  /** What concerns the server itself. Other programs take a connection for each, as in CPython. */
  async control(name: string, args: readonly unknown[], kwargs: Request[3] = NO_ARGUMENTS): Promise<unknown> {
    const request = [null, name, Object.freeze([...args]), kwargs] as const;
    const { lobby, address, authkey } = this.way;
    if (lobby) return this.call(request);
    const line = this.#pickled(await Client(address, { authkey }));
    try {
      await line.send(request);
      return this.#result(await line.receive());
    } finally {
      line.close();
    }
  }

  controlSync(name: string, args: readonly unknown[], kwargs: Request[3] = NO_ARGUMENTS): unknown {
    const request = [null, name, Object.freeze([...args]), kwargs] as const;
    const { lobby, address, authkey } = this.way;
    if (lobby) return this.callSync(request);
    const line = this.#pickled(ClientSync(address, { authkey }));
    try {
      line.sendSync(request);
      return this.#result(line.receiveSync());
    } finally {
      line.close();
    }
  }
}

const broken = new WeakSet<Channel>();

function gone(): OSError {
  return new OSError('ERR_CONNECTION_REFUSED', "the manager's server has gone");
}

function clientName(): string {
  return `node-${process.pid}`;
}
