import os from 'node:os';
import { errorName } from './error.js';
import {
  accept4,
  bind,
  connect,
  fcntl,
  errno,
  getpeername,
  getsockname,
  getsockopt,
  listen,
  poll,
  setsockopt,
  socket,
  socketpair,
} from './libc.js';

import { AF_INET, AF_UNIX, decodeName, encodeName, NAME_BYTES, SocketFailure, type SocketName } from './socket-name.js';
import { closeDescriptor } from './close.js';

export type { SocketName } from './socket-name.js';

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_ERROR = 4;
const SO_PEERCRED = 17;
const F_DUPFD_CLOEXEC = 1030;
const FIRST_FREE = 3; // the standard streams are never meant

const POLLIN = 1;
const POLLOUT = 4;

const { EAGAIN, EINPROGRESS, EINTR, ECONNABORTED } = os.constants.errno;

/** Binds and listens at once, so that what is wrong with the address is known here. Resolving a host name may block. */
export function listenAt(name: SocketName, backlog: number): number {
  const fd = openSocket(name, SOCK_NONBLOCK);
  return orClose(fd, () => {
    // As CPython does for TCP: a server that has just ended leaves its port to the next one.
    if (typeof name !== 'string') check('setsockopt', setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, new Int32Array([1]), 4));
    const address = encodeName(name);
    check('bind', bind(fd, address, address.length));
    check('listen', listen(fd, backlog));
  });
}

/** Connects, and blocks until that is done. */
export function connectBlocking(name: SocketName): number {
  // A Unix socket is connected at once, or when its listener has room, for which poll cannot wait.
  const fd = openSocket(name, typeof name === 'string' ? 0 : SOCK_NONBLOCK);
  return orClose(fd, () => {
    const address = encodeName(name);
    for (let why = tryConnecting(fd, address); why !== 0; why = tryConnecting(fd, address)) {
      if (why === EINPROGRESS) return finishConnecting(fd);
      if (why !== EINTR) throw new SocketFailure('connect', errorName(why));
    }
  });
}

/** Connects to a Unix socket without blocking; undefined while its listener has no room for another connection. */
export function connectNow(name: string): number | undefined {
  const address = encodeName(name);
  const fd = openSocket(name, SOCK_NONBLOCK);
  const why = tryConnecting(fd, address);
  if (why === 0) return fd;
  closeDescriptor(fd);
  if (why === EAGAIN) return undefined;
  throw new SocketFailure('connect', errorName(why));
}

function tryConnecting(fd: number, address: Uint8Array): number {
  return connect(fd, address, address.length) === 0 ? 0 : errno();
}

function finishConnecting(fd: number): void {
  waitFor(fd, { read: false, write: true }, Infinity);
  const value = new Int32Array(1);
  check('getsockopt', getsockopt(fd, SOL_SOCKET, SO_ERROR, value, new Uint32Array([4])));
  if (value[0] !== 0) throw new SocketFailure('connect', errorName(value[0]));
}

/** The next connection that has come; undefined when there is none. */
export function acceptNow(fd: number): number | undefined {
  for (;;) {
    const accepted = accept4(fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC) as number;
    if (accepted >= 0) return accepted;
    const why = errno();
    if (why === EAGAIN) return undefined;
    if (why !== EINTR && why !== ECONNABORTED) throw new SocketFailure('accept', errorName(why));
  }
}

export interface Readiness {
  readonly read: boolean;
  readonly write: boolean;
}

/**
 * Blocks until the socket can be read or written, whichever is wanted; one that has failed can be both. Undefined after
 * `milliseconds`.
 */
export function waitFor(fd: number, wanted: Readiness, milliseconds: number): Readiness | undefined {
  const deadline = performance.now() + milliseconds;
  const entry = new Int32Array(2); // a struct pollfd: the descriptor, and two 16-bit masks
  for (;;) {
    entry[0] = fd;
    entry[1] = (wanted.read ? POLLIN : 0) | (wanted.write ? POLLOUT : 0);
    const left = Math.min(LONGEST_POLL, Math.max(0, Math.ceil(deadline - performance.now())));
    const ready = poll(entry, 1, left) as number;
    const seen = entry[1] >>> 16;
    const failed = (seen & ~(POLLIN | POLLOUT)) !== 0;
    if (ready > 0)
      return {
        read: wanted.read && (failed || (seen & POLLIN) !== 0),
        write: wanted.write && (failed || (seen & POLLOUT) !== 0),
      };
    if (ready < 0 && errno() !== EINTR) throw new SocketFailure('poll');
    if (performance.now() >= deadline) return undefined;
  }
}

const LONGEST_POLL = 2 ** 31 - 1;

/** Two sockets that are connected with each other; neither blocks. */
export function socketPair(): [number, number] {
  const ends = [-1, -1];
  check('socketpair', socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
  return [ends[0]!, ends[1]!];
}

/** A second descriptor of the same socket. */
export function duplicate(fd: number): number {
  const copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE) as number;
  if (copy < 0) throw new SocketFailure('fcntl');
  return copy;
}

/** The socket's own address. */
export function localName(fd: number): SocketName {
  return readName(fd, getsockname, 'getsockname');
}

/** The address of the other side; '' for a Unix socket without a name. */
export function peerName(fd: number): SocketName {
  return readName(fd, getpeername, 'getpeername');
}

/** The user that the other side of a Unix socket ran as when it connected. */
export function peerUser(fd: number): number {
  const credentials = new Int32Array(3); // pid, user, group
  const length = new Uint32Array([credentials.byteLength]);
  check('getsockopt', getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length));
  return credentials[1]!;
}

function readName(fd: number, call: (...args: unknown[]) => unknown, title: string): SocketName {
  const bytes = Buffer.alloc(NAME_BYTES);
  const length = new Uint32Array([bytes.length]);
  check(title, call(fd, bytes, length));
  return decodeName(bytes.subarray(0, length[0]));
}

function openSocket(name: SocketName, flags: number): number {
  const fd = socket(typeof name === 'string' ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0) as number;
  if (fd < 0) throw new SocketFailure('socket');
  return fd;
}

function check(call: string, result: unknown): void {
  if (result !== 0) throw new SocketFailure(call);
}

function orClose(fd: number, run: () => void): number {
  try {
    run();
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}
