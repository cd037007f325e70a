import type { Socket } from 'node:net';
import { Pipe } from '../channel/pipe.js';
import type { Connection } from '../channel/connection.js';
import { AuthenticationError, OSError } from '../errors.js';
// oxlint-disable-next-line import/no-unassigned-import -- a thread has the process that it belongs to
import '../process/process.js';
import { inForkedChild } from '../system/generation.js';
import { closeDescriptor } from '../system/close.js';
import { socketPair } from '../system/socket.js';
import { Thread } from '../threading/thread.js';
import { adoptSocket } from './socket.js';
import { SocketTransport } from './socket-transport.js';
import { encryptAll, type Failure, type Job } from './tls-thread.js';

/** A connection on its way to be one. */
export interface Opening {
  readonly transport: SocketTransport;
  /** What is known of an error that has ended it. */
  readonly explain: (error: unknown) => unknown;
}

/** One that is not encrypted. */
export function plain(socket: Socket): Opening {
  return { transport: new SocketTransport(socket), explain: (error) => error };
}

/** The side of it that is ours. */
export interface Side {
  readonly isServer: boolean;
  readonly options: object;
}

/** How long (ms) the end of the program waits for what is on its way out. */
const PATIENCE = 1000;

/** The thread that encrypts, from the first connection of this process to the last. */
class Encryption {
  readonly #jobs: Connection<Job, never>;
  readonly #failures: Connection<never, Failure>;
  readonly #thread: Thread<[Connection<never, Job>, Connection<Failure, never>]>;
  readonly #open = new Set<SocketTransport>();
  readonly #known = new Map<number, Failure>();
  #last = 0;

  constructor() {
    const [theirJobs, jobs] = Pipe<never, Job>(false);
    const [failures, theirFailures] = Pipe<never, Failure>(false);
    this.#jobs = jobs;
    this.#failures = failures;
    const args = [theirJobs, theirFailures] as const;
    this.#thread = new Thread({ target: encryptAll, args: [...args], name: 'TLS', daemon: false });
    const started = this.#thread.start();
    for (const end of args) end.close(); // they have travelled
    started.catch((error: unknown) => this.#fail(error));
  }

  add(outer: number, side: Side): Opening {
    const [here, inner] = socketPair();
    const id = ++this.#last;
    const transport: SocketTransport = new SocketTransport(adoptSocket(here), undefined, () => this.#leave(transport));
    this.#open.add(transport);
    try {
      this.#jobs.sendSync({ id, outer, inner, ...side });
    } catch (error) {
      closeDescriptor(inner);
      closeDescriptor(outer);
      transport.close();
      throw error;
    }
    return { transport, explain: (error) => this.#explain(id, error) };
  }

  #explain(id: number, error: unknown): unknown {
    this.#listen();
    const known = this.#known.get(id);
    this.#known.delete(id);
    return known === undefined ? error : errorOf(known, error);
  }

  #listen(): void {
    try {
      while (this.#failures.pollSync()) {
        const failure = this.#failures.recvSync();
        this.#known.set(failure[0], failure);
      }
    } catch {
      // The thread has ended: that was all.
    }
  }

  #leave(transport: SocketTransport): void {
    if (this.#open.delete(transport) && this.#open.size === 0) this.#finish();
  }

  /** The thread ends when everything has gone out. */
  #finish(): void {
    if (current === this) current = undefined;
    this.#jobs.close();
  }

  #fail(cause: unknown): void {
    const error = new OSError('ERR_CONNECTION_CLOSED', 'the thread that encrypts could not be started', { cause });
    for (const transport of this.#open) transport.abort(error);
  }

  /** What was sent goes out, whatever the program has not closed. */
  end(): void {
    for (const transport of this.#open) transport.close();
    this.#thread.joinSync({ timeout: PATIENCE });
  }
}

let current: Encryption | undefined;
let isWatching = false;

inForkedChild(() => {
  current = undefined;
  isWatching = false;
});

/** Has a connected socket encrypted, which is nobody else's from now on. An empty frame comes first, when that is done. */
export function encrypted(outer: number, side: Side): Opening {
  if (!isWatching) {
    isWatching = true;
    const end = (): void => current?.end();
    process.on('beforeExit', end);
    process.prependListener('exit', end);
  }
  current ??= new Encryption();
  return current.add(outer, side);
}

function errorOf([, code, message]: Failure, cause: unknown): Error {
  // The system's word (ECONNRESET), not that of TLS (ERR_SSL_..., ERROR_IN_CERT_...): the other side may have been killed.
  if (/^E(?!PROTO$)[A-Z]+$/.test(code))
    return new OSError('ERR_CONNECTION_RESET', `the other side has cut the connection: ${message}`, { cause });
  if (/^(?:ERR_SSL|EPROTO|unknown)/.test(code))
    return new AuthenticationError('ERR_TLS_HANDSHAKE', `TLS has failed: ${message}`, { cause });
  return new AuthenticationError('ERR_TLS_CERTIFICATE', `the certificate is not accepted: ${message}`, { cause });
}
