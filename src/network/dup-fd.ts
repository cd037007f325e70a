import type { Connection, CanAbort } from '../channel/connection.js';
import { OSError, RuntimeError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { closeDescriptor } from '../system/close.js';
import { duplicate } from '../system/socket.js';
import type { SocketFailure } from '../system/socket-name.js';
import { descriptorOf, type HasDescriptor } from './handle-number.js';
import { sendOff, takeIn, type Travelling } from './travel.js';

/**
 * A duplicate of an open descriptor, which travels anywhere a value does: through pipes and queues, in arguments, in what a
 * function has captured. It arrives as a descriptor of the receiver's own, whatever it is: a file, a socket, a pipe.
 * The one on its way closes some time after nobody can receive it any more.
 *
 * @example
 * const file = await open('log.txt', 'w');
 * const log = new DupFd(file);
 * await new Process({ target: () => fs.writeSync(log.detach(), 'hello') }).start();
 *
 * @throws {TypeError} ERR_HANDLE_TYPE
 * @throws {OSError} ERR_HANDLE_CLOSED: there is no such descriptor
 * @see https://docs.python.org/3/library/multiprocessing.html#connection-objects
 */
export class DupFd {
  #fd: number | undefined;

  /** For what has a descriptor: a number, or an object with `fd` or `fileno`. */
  constructor(object: HasDescriptor) {
    this.#fd = copyOf(descriptorOf(object));
    dropped.register(this, this.#fd, this);
  }

  /**
   * Gives the descriptor away: its number in this process, for whoever calls to close.
   *
   * @throws {OSError} ERR_HANDLE_CLOSED: it has been given away already, or closed
   */
  detach(): number {
    const fd = this.#open();
    this.#fd = undefined;
    dropped.unregister(this);
    return fd;
  }

  /** Closes the descriptor, if it has not been given away. One that nobody refers to any more closes some time later. */
  close(): void {
    if (this.#fd !== undefined) closeDescriptor(this.detach());
  }

  /** Closes its copy of the descriptor, unless `detach` has given it away. */
  [Symbol.dispose](): void {
    this.close();
  }

  [handle](): [string, Travelling] {
    return ['DupFd', sendOff(this.#open(), NOTHING)];
  }

  #open(): number {
    if (this.#fd === undefined) throw new OSError('ERR_HANDLE_CLOSED', 'the descriptor has been detached or closed');
    return this.#fd;
  }
}

const NOTHING = new Uint8Array();

const dropped = new FinalizationRegistry(closeDescriptor);

registerHandle('DupFd', (state) => {
  const fd = takeIn(state as Travelling);
  try {
    return new DupFd(fd);
  } finally {
    closeDescriptor(fd);
  }
});

function copyOf(fd: number): number {
  try {
    return duplicate(fd);
  } catch (error) {
    if ((error as SocketFailure).code !== 'EBADF') throw error;
    throw new OSError('ERR_HANDLE_CLOSED', `handle: expected an open descriptor, got ${fd}`);
  }
}

/**
 * Sends a descriptor over a pipe: `recvHandle` at the other end gives one of its own for the same file, socket or whatever
 * it is. This process keeps its own.
 *
 * @example
 * const server = net.createServer((socket) => sendHandle(toWorker, socket)); // in the worker: recvHandle(fromServer)
 *
 * @throws {TypeError} ERR_HANDLE_TYPE
 * @throws {OSError} ERR_HANDLE_CLOSED, and what `send` throws
 * @throws {PicklingError} ERR_PICKLE_ABROAD: the connection is one over a socket, which may lead to another machine
 * @see https://docs.python.org/3/library/multiprocessing.html#connection-objects
 */
export async function sendHandle(connection: Connection, object: HasDescriptor, options?: CanAbort): Promise<void> {
  using copy = new DupFd(object);
  await connection.send(copy, options);
}

/**
 * Like `sendHandle`, and blocks the calling thread.
 *
 * @example
 * sendHandleSync(toWorker, fs.openSync('data.bin', 'r'));
 */
export function sendHandleSync(connection: Connection, object: HasDescriptor): void {
  using copy = new DupFd(object);
  connection.sendSync(copy);
}

/**
 * Receives a descriptor that `sendHandle` has sent; it is the caller's to close.
 *
 * @example
 * const fd = await recvHandle(fromServer);
 * fs.readSync(fd, buffer);
 * fs.closeSync(fd);
 *
 * @throws {RuntimeError} ERR_HANDLE_EXPECTED: something else came
 * @throws {OSError} ERR_CONNECTION_LOST: its sender has ended meanwhile; and what `recv` throws
 */
export async function recvHandle(connection: Connection, options?: CanAbort): Promise<number> {
  return detached(await connection.recv(options));
}

/**
 * Like `recvHandle`, and blocks the calling thread.
 *
 * @example
 * const fd = recvHandleSync(fromServer);
 */
export function recvHandleSync(connection: Connection): number {
  return detached(connection.recvSync());
}

function detached(received: unknown): number {
  if (received instanceof DupFd) return received.detach();
  throw new RuntimeError('ERR_HANDLE_EXPECTED', 'Invalid data received: expected a descriptor, got another message');
}
