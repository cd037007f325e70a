import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedError, Connection } from '../channel/connection.js';
import { TimeoutError } from '../errors.js';
import { waitsForItself } from '../sync/alone.js';
import { patience } from '../sync/options.js';
import { connectBlocking, connectNow } from '../system/socket.js';
import { checkAddress, checkKey, show, type Address, type Family } from './address.js';
import { encrypted, plain, type Opening, type Side } from './encrypted.js';
import { isListeningHere } from './listening.js';
import { failure } from './failures.js';
import { perform, performSync } from './greeting.js';
import { adoptSocket, net, takeFrom } from './socket.js';
import { checkTls } from './tls-options.js';
import { introduce } from './handshake.js';

/** How a connection is made. */
export interface ClientOptions {
  /** A check of the address's family. */
  readonly family?: Family | undefined;
  /** What both sides must know. */
  readonly authkey?: Uint8Array | null | undefined;
  /** Node's options for TLS, such as `{ ca }`, for a listener that has some as well; functions in them run in a thread. */
  readonly tls?: ConnectionOptions | null | undefined;
}

/** How long a connection may take to be made. */
export interface ClientWaitOptions extends ClientOptions {
  /** Milliseconds that connecting and the handshake may take; any unless given. */
  readonly timeout?: number | undefined;
  /** Ends the wait: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a `Listener`, of this library or of CPython's `multiprocessing.connection`. With a key, each side proves to
 * the other that it knows it.
 *
 * @example
 * using connection = await Client(['localhost', 6000], { authkey: Buffer.from('secret') });
 * await connection.send({ hello: 'world' });
 *
 * @throws {OSError} ERR_CONNECTION_REFUSED: nobody listens there; ERR_HOST_UNKNOWN, ERR_CONNECTION_RESET
 * @throws {AuthenticationError} ERR_AUTHENTICATION_REJECTED, ERR_AUTHENTICATION_WRONG: the keys are not the same;
 *   ERR_TLS_CERTIFICATE, ERR_TLS_HANDSHAKE
 * @throws {TimeoutError} ERR_TIMED_OUT
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Client
 */
export async function Client<Out = unknown, In = unknown>(
  address: Address,
  { family, authkey, tls, timeout, signal }: ClientWaitOptions = {},
): Promise<Connection<Out, In>> {
  const key = checkKey(authkey, true);
  const safety = checkTls(tls);
  const limit = patience({ timeout });
  checkAddress(address, family);
  signal?.throwIfAborted();
  return bounded(limit, signal, address, async (started) => {
    const socket = await openSocket(address, started);
    const opening = safety ? encrypted(takeFrom(socket), sideOf(address, safety)) : plain(socket);
    const { transport } = opening;
    started((error) => transport.abort(error));
    await orClose(opening, () => perform(transport, introduce(key, safety !== undefined)));
    return new Connection<Out, In>(transport);
  });
}

/**
 * Like `Client`, and blocks the calling thread.
 *
 * @example
 * using connection = ClientSync(['localhost', 6000], { authkey: Buffer.from('secret') });
 * connection.sendSync('hello');
 *
 * @throws {RuntimeError} ERR_WAITS_FOR_ITSELF: a listener of this very thread would have to check the key
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Client
 */
export function ClientSync<Out = unknown, In = unknown>(
  address: Address,
  { family, authkey, tls }: ClientOptions = {},
): Connection<Out, In> {
  const key = checkKey(authkey, true);
  const safety = checkTls(tls);
  checkAddress(address, family);
  // The proof is given by the listener's thread.
  if ((key || safety) && isListeningHere(address))
    throw waitsForItself('ClientSync with a key or TLS, to a listener of this thread');
  const fd = connectOr(() => connectBlocking(address), address);
  const { transport, explain } = safety ? encrypted(fd, sideOf(address, safety)) : plain(adoptSocket(fd));
  try {
    performSync(transport, introduce(key, safety !== undefined), Infinity);
    return new Connection<Out, In>(transport);
  } catch (error) {
    transport.close();
    throw explain(error);
  }
}

/** The certificate has to be that of the host which is asked for. */
function sideOf(address: Address, options: ConnectionOptions): Side {
  const host = typeof address === 'string' ? 'localhost' : address[0];
  return { isServer: false, options: { host, ...options } };
}

type Started = (abort: (error: Error) => void) => void;

async function openSocket(address: Address, started: Started): Promise<Socket> {
  if (typeof address === 'string') return openUnix(address, started);
  const [host, port] = address;
  const socket = net().connect({ host, port, family: 4, allowHalfOpen: true });
  socket.pause();
  started((error) => socket.destroy(error));
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(failure(error, 'cannot connect to', address));
    socket.once('error', onError);
    socket.once('connect', () => {
      socket.off('error', onError);
      resolve(socket);
    });
  });
}

/** The system gives no sign when a listener has room again, so it is asked now and then. */
async function openUnix(name: string, started: Started): Promise<Socket> {
  let ended: Error | undefined;
  started((error) => (ended = error));
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (ended) throw ended;
    const fd = connectOr(() => connectNow(name), name);
    if (fd !== undefined) return adoptSocket(fd);
    await sleep(pause);
  }
}

const LONGEST_PAUSE = 50;

function connectOr<T>(run: () => T, address: Address): T {
  try {
    return run();
  } catch (error) {
    throw failure(error, 'cannot connect to', address);
  }
}

async function orClose({ transport, explain }: Opening, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    transport.close();
    throw explain(error);
  }
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Runs something that can be ended from outside, by a signal or when its time is over. */
async function bounded<T>(
  timeout: number,
  signal: AbortSignal | undefined,
  address: Address,
  run: (started: Started) => Promise<T>,
): Promise<T> {
  let abort: (error: Error) => void = () => {};
  const reasons: unknown[] = [];
  const end = (reason: unknown): void => {
    reasons.push(reason);
    abort(closedError());
  };
  const started: Started = (how) => {
    abort = how;
    if (reasons.length > 0) how(closedError()); // between two steps
  };
  const onAbort = (): void => end(signal?.reason);
  const onTimeout = (): void => end(new TimeoutError('ERR_TIMED_OUT', `not connected to ${show(address)} in time`));
  const alarm = timeout === Infinity ? undefined : setTimeout(onTimeout, Math.min(timeout, LONGEST_TIMER));
  signal?.addEventListener('abort', onAbort);
  try {
    const result = await run(started);
    if (reasons.length > 0) throw reasons[0];
    return result;
  } catch (error) {
    throw reasons.length > 0 ? reasons[0] : error;
  } finally {
    clearTimeout(alarm);
    signal?.removeEventListener('abort', onAbort);
  }
}
