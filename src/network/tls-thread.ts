import type { Socket } from 'node:net';
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import type { Connection } from '../channel/connection.js';
import { EOFError } from '../errors.js';
import { frameHeader } from './frames.js';
import { net } from './socket.js';
import { tls } from './tls-options.js';

/** A connection to be encrypted. */
export interface Job {
  readonly id: number;
  /** The descriptor of the socket to the other program. */
  readonly outer: number;
  /** The descriptor of the end of a pair of sockets, whose other end is the connection's in the program. */
  readonly inner: number;
  readonly isServer: boolean;
  readonly options: object;
}

/** Why a connection is not one, or no longer: what Node says of it. */
export type Failure = readonly [id: number, code: string, message: string];

/**
 * What the thread runs that encrypts this process's connections. There the event loop always turns, so also those can use
 * them who block:
 *
 *   a connection  <- pair of sockets ->  this thread  <- TLS ->  the other program
 *
 * An empty frame, which is the first to come to the connection, says that it is safe. The thread ends once it has been told
 * that no more jobs will come, and all connections have been closed.
 */
export async function encryptAll(jobs: Connection<never, Job>, failures: Connection<Failure, never>): Promise<void> {
  for (;;) {
    try {
      encryptOne(await jobs.recv(), failures);
    } catch (error) {
      if (error instanceof EOFError) return;
      throw error;
    }
  }
}

const SAFE = frameHeader(0);

function encryptOne(job: Job, failures: Connection<Failure, never>): void {
  const inner = adopt(job.inner, true);
  const outer = adopt(job.outer, false);
  const fail = ({ code = 'unknown', message }: NodeJS.ErrnoException): void => {
    outer.destroy();
    // First the reason, then the end: whoever sees the end looks for the reason.
    const told = failures.send([job.id, code, message]).catch(() => {});
    void told.then(() => inner.destroySoon());
  };
  inner.on('error', () => outer.destroy());
  outer.on('error', fail);
  try {
    if (job.isServer) serve(outer, job.options, (secure) => join(inner, secure, fail), fail);
    else connect(outer, job.options, (secure) => join(inner, secure, fail), fail);
  } catch (error) {
    fail(error as Error);
  }
}

function adopt(fd: number, allowHalfOpen: boolean): Socket {
  const { Socket: NodeSocket } = net();
  return new NodeSocket({ fd, allowHalfOpen });
}

type Use = (secure: Socket) => void;
type Fail = (error: NodeJS.ErrnoException) => void;

function serve(outer: Socket, options: TlsOptions, use: Use, fail: Fail): void {
  const server = tls().createServer(options);
  server.once('secureConnection', use).once('tlsClientError', fail);
  server.emit('connection', outer);
}

function connect(outer: Socket, options: ConnectionOptions, use: Use, fail: Fail): void {
  const secure = tls().connect({ ...options, socket: outer });
  secure.once('error', fail).once('secureConnect', () => use(secure.off('error', fail)));
}

function join(inner: Socket, secure: Socket, fail: Fail): void {
  secure.on('error', fail);
  secure.on('close', () => inner.destroySoon());
  inner.on('error', () => secure.destroy());
  inner.on('close', () => secure.destroySoon());
  inner.write(SAFE);
  secure.pipe(inner);
  inner.pipe(secure);
  // Its program has closed it: nobody reads any more.
  inner.once('end', () => secure.end(() => secure.destroy()));
}
