import { Pipe } from '../channel/pipe.js';
import type { Connection } from '../channel/connection.js';
import type { Queue } from '../channel/queue.js';
import { wait, waitSync } from '../channel/wait.js';
import { OSError } from '../errors.js';
import type { Address } from '../network/address.js';
import { Client, ClientSync } from '../network/client.js';
import { ownCard, type Card } from './card.js';
import { localChannel, type Channel } from './channel.js';
import { OUR_NAME } from './clients.js';
import { RETURN, type Reply, type Request } from './wire.js';

/** How a server is reached: its address and key, and for the processes of its program the lobby. */
export interface Way {
  readonly address: Address;
  readonly authkey: Uint8Array;
  readonly tls?: object | undefined;
  readonly lobby?: Lobby | undefined;
}

/** Where the processes of a program hand in pipes, and a connection that ends with the server. */
export interface Lobby {
  /** Of the server, in this program. */
  readonly id: string;
  readonly pipes: Queue<Knock>;
  readonly presence: Connection;
  /** The slot of the thread in which the server runs. */
  readonly host: number;
}

/** A pipe that is handed in, and who does so. */
export interface Knock {
  readonly connection: Connection;
  readonly card: Card;
}

const LOST =
  'the server has been started anew, or has lost this client, and with it what was held there: connect() again';

/** How lines are opened. */
export interface Lines {
  open(): Promise<Channel>;
  openSync(): Channel;
}

export function serverGone(): OSError {
  return new OSError('ERR_CONNECTION_REFUSED', "the manager's server has gone");
}

/** To a server of this program. It says a first word on each pipe that it takes, or has gone. */
export class LocalLines implements Lines {
  readonly #lobby: Lobby;

  constructor(lobby: Lobby) {
    this.#lobby = lobby;
  }

  #knock(): Connection {
    const [here, there] = Pipe<unknown, unknown>();
    this.#lobby.pipes.putNowait({ connection: there, card: ownCard() });
    there.close();
    return here;
  }

  /** Says something that needs no reply. */
  tell(request: Request): Connection {
    const here = this.#knock();
    here.sendSync(request);
    return here;
  }

  async open(): Promise<Channel> {
    const here = this.#knock();
    const [ready] = await wait([here, this.#lobby.presence]);
    if (ready !== here) throw (here.close(), serverGone());
    await here.recv();
    return localChannel(here);
  }

  openSync(): Channel {
    const here = this.#knock();
    const [ready] = waitSync([here, this.#lobby.presence]);
    if (ready !== here) throw (here.close(), serverGone());
    here.recvSync();
    return localChannel(here);
  }
}

/**
 * To a server that is another program. One of this library gives its client a key with the first line, by which it knows
 * the others: what the client holds, it holds while it has a line. One of CPython's does not.
 */
export class RemoteLines implements Lines {
  readonly #way: Way;
  readonly #channelOf: (connection: Connection) => Channel;
  /** Null: the server gives none; undefined: it has not been asked. */
  #key: string | null | undefined;

  constructor(way: Way, channelOf: (connection: Connection) => Channel) {
    this.#way = way;
    this.#channelOf = channelOf;
  }

  /** In a forked child, which is another client. */
  renew(): void {
    this.#key = undefined;
  }

  /** Whether the server knows us by our lines. */
  get knowsUs(): boolean {
    return typeof this.#key === 'string';
  }

  async open(): Promise<Channel> {
    const offered = this.#key;
    const line = await this.openBare();
    await line.send(this.#introduction(offered));
    if (this.#isWelcome(offered, await line.receive())) return line;
    line.close();
    return this.open();
  }

  openSync(): Channel {
    const offered = this.#key;
    const line = this.openBareSync();
    line.sendSync(this.#introduction(offered));
    if (this.#isWelcome(offered, line.receiveSync())) return line;
    line.close();
    return this.openSync();
  }

  /** Over a connection of its own, which a server of CPython's closes afterwards. */
  async askBare(request: Request): Promise<unknown> {
    const line = await this.openBare();
    try {
      await line.send(request);
      return await line.receive();
    } finally {
      line.close();
    }
  }

  askBareSync(request: Request): unknown {
    const line = this.openBareSync();
    try {
      line.sendSync(request);
      return line.receiveSync();
    } finally {
      line.close();
    }
  }

  private async openBare(): Promise<Channel> {
    const { address, authkey, tls } = this.#way;
    return this.#channelOf(await Client(address, { authkey, tls }));
  }

  private openBareSync(): Channel {
    const { address, authkey, tls } = this.#way;
    return this.#channelOf(ClientSync(address, { authkey, tls }));
  }

  #introduction(key: string | null | undefined): Request {
    return [null, 'accept_connection', [`${OUR_NAME} ${process.pid}${key ? ` ${key}` : ''}`], {}];
  }

  /** False when another line was the first meanwhile: this one belongs to somebody else in the server's eyes. */
  #isWelcome(offered: string | null | undefined, reply: unknown): boolean {
    const [kind, key] = reply as Reply;
    if (kind !== RETURN) throw new OSError('ERR_CONNECTION_REFUSED', `the server refuses the line: ${String(key)}`);
    if (this.#key !== offered) return false;
    if (typeof offered === 'string' && key !== offered) throw new OSError('ERR_MANAGER_LOST', LOST);
    this.#key = typeof key === 'string' ? key : null;
    return true;
  }
}
