import fs from 'node:fs';
import { ForkUnsafeError } from '../errors.js';
import { systemError } from './error.js';
import {
  addressOf,
  dup3,
  handlesOf,
  socketpair,
  uvBackendFd,
  uvFileno,
  uvFsEventStop,
  uvFsPollStop,
  uvHandleType,
  uvHasRef,
  uvLoopFork,
  uvLoopSize,
  uvTimerStop,
  uvUnref,
  viewMemory,
} from './libc.js';

/**
 * The event loop of a process that forks itself is full of its own affairs: servers, sockets, watchers, requests that are
 * under way. A child has a copy of them, down to the descriptors, and must neither answer nor disturb any: nothing of it
 * is closed by libuv's own functions, which would call back whoever asked for it.
 *
 * What has to be reached lies in `uv_loop_t` and in the handles, whose layout libuv keeps for all of its version 1,
 * because programs are compiled against it. In bytes, from the beginning of the structure:
 */
const REQUESTS = 32; // how many requests are under way
const BACKEND = 64; // the epoll descriptor
const PENDING = 72; // queue of callbacks that the next turn will make
const WATCHERS = 104; // address of the table of watchers, one pointer for each descriptor
const WATCHER_COUNT = 112; // entries of that table
const WATCHED = 116; // entries that are not empty
const WORK_DONE = 120; // queue of what the thread pool has done
const WORK_MUTEX = 136; // held for moments by a thread of the pool
const WORK_MUTEX_BYTES = 40;
const CLOSING = 360; // list of handles whose close callbacks are due
const LOOP_BYTES = 848;

const WATCHER_OF_POLL = 104;
const WATCHER_OF_STREAM = 136;
const WATCHER_OF_DATAGRAMS = 128;
const CHANGED = 24; // in a watcher: its link in the queue of those that epoll is still to be told of
const EVENTS = 40; // in a watcher: what it waits for, and what epoll knows of that

const UNSENT_BYTES = 96; // of streams and datagram sockets
const STREAM_REQUESTS = 120; // connect and shutdown
const STREAM_QUEUES = 192; // writes under way, and those that are done
const DATAGRAM_QUEUES = 184; // likewise

const POINTER = 8;
const UV_FS_EVENT = 3;
const UV_FS_POLL = 4;
const UV_NAMED_PIPE = 7;
const UV_POLL = 8;
const UV_TCP = 12;
const UV_TIMER = 13;
const UV_TTY = 14;
const UV_UDP = 15;
/** The kinds by which Node itself drives its loop, and those of signals, which never keep it alive. */
const NODES_OWN = new Set([2, 6, 9, UV_TIMER, 16]); // check, idle, prepare, timer, signal
const STDERR = 2;

interface Handle {
  readonly pointer: unknown;
  readonly address: number;
  readonly type: number;
}

/** @throws {ForkUnsafeError} ERR_FORK_UNSAFE: the loop of this Node is not laid out as described above */
export function checkLoop(loop: unknown): void {
  const fits = Number(uvLoopSize()) === LOOP_BYTES && word(addressOf(loop) + BACKEND)[0] === Number(uvBackendFd(loop));
  if (!fits) throw new ForkUnsafeError('ERR_FORK_UNSAFE', 'the event loop of this Node is not laid out as expected');
}

/**
 * In a forked child: gives it an event loop of its own, in which nothing of its parent's happens. Of the timers only those
 * of JavaScript are left, which are JavaScript's to forget.
 */
export function forgetInheritedLoop(loop: unknown, ends: DeadEnds): void {
  const base = addressOf(loop);
  const handles = handlesOf(loop).map((pointer): Handle => {
    return { pointer, address: addressOf(pointer), type: Number(uvHandleType(pointer)) };
  });
  // Up to uv_loop_fork the parent's epoll and inotify are ours as well: no function that would stop a watcher is called.
  silence(base, handles, ends);
  word(base + REQUESTS)[0] = 0;
  clear(base + CLOSING, POINTER);
  clear(base + WORK_MUTEX, WORK_MUTEX_BYTES);
  emptyQueue(base + PENDING);
  emptyQueue(base + WORK_DONE);
  uvLoopFork(loop);
  retire(handles);
}

function silence(loop: number, handles: readonly Handle[], [dead, other]: DeadEnds): void {
  fs.closeSync(other);
  for (const handle of handles) {
    const fd = descriptorOf(handle);
    if (fd < 0) continue;
    unwatch(loop, fd);
    stop(handle.address + watcherOf(handle));
    if (handle.type !== UV_POLL) forgetRequests(handle);
    // Whoever uses it in the child finds it closed at its other end; the parent's is another descriptor by now.
    if (fd > STDERR) dup3(dead, fd, O_CLOEXEC);
  }
  fs.closeSync(dead);
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const O_CLOEXEC = 0o2000000;

/** The two ends of a connection that nobody uses. One of them stands in the child for what is the parent's. */
export type DeadEnds = readonly [number, number];

/**
 * Before a fork, so that it cannot fail in the child. The parent closes them; then it has the two descriptors by which it
 * watches the child.
 *
 * @throws {OSError} ERR_SYSTEM_CALL: no descriptor is left
 */
export function openDeadEnds(): DeadEnds {
  const ends: [number, number] = [-1, -1];
  if (socketpair(AF_UNIX, SOCK_STREAM | fs.constants.O_NONBLOCK | O_CLOEXEC, 0, ends) !== 0) {
    throw systemError('socketpair');
  }
  return ends;
}

function descriptorOf({ pointer, type }: Handle): number {
  const found = [-1];
  const has = isStream(type) || type === UV_UDP || type === UV_POLL;
  return has && Number(uvFileno(pointer, found)) === 0 ? found[0]! : -1;
}

function isStream(type: number): boolean {
  return type === UV_TCP || type === UV_NAMED_PIPE || type === UV_TTY;
}

/** An empty place in the table is a descriptor that nobody watches any more. */
function unwatch(loop: number, fd: number): void {
  if (fd >= word(loop + WATCHER_COUNT)[0]!) return;
  const place = pointerAt(loop + WATCHERS) + fd * POINTER;
  if (pointerAt(place) === 0) return;
  clear(place, POINTER);
  word(loop + WATCHED)[0]! -= 1;
}

function watcherOf({ type }: Handle): number {
  if (type === UV_POLL) return WATCHER_OF_POLL;
  return type === UV_UDP ? WATCHER_OF_DATAGRAMS : WATCHER_OF_STREAM;
}

/** Epoll is not to be told of it: the descriptor may be closed or another one by then. */
function stop(watcher: number): void {
  const link = watcher + CHANGED;
  const [next, before] = [pointerAt(link), pointerAt(link + POINTER)];
  pointTo(before, next);
  pointTo(next + POINTER, before);
  emptyQueue(link);
  clear(watcher + EVENTS, POINTER);
}

function forgetRequests({ address, type }: Handle): void {
  const queues = address + (type === UV_UDP ? DATAGRAM_QUEUES : STREAM_QUEUES);
  emptyQueue(queues);
  emptyQueue(queues + 2 * POINTER);
  clear(address + UNSENT_BYTES, POINTER);
  if (type !== UV_UDP) clear(address + STREAM_REQUESTS, 2 * POINTER);
}

/** Lets nothing of it keep the loop alive, and stops what would go on by itself. */
function retire(handles: readonly Handle[]): void {
  const ofJavaScript = handles.find(({ type }) => type === UV_TIMER); // it drives all of setTimeout and setInterval
  for (const handle of handles) {
    const { pointer, type } = handle;
    // Those of V8's own tasks do not keep the loop alive; those of name lookups do.
    if (type === UV_TIMER && handle !== ofJavaScript && Number(uvHasRef(pointer)) === 1) uvTimerStop(pointer);
    if (type === UV_FS_EVENT) uvFsEventStop(pointer);
    if (type === UV_FS_POLL) uvFsPollStop(pointer);
    if (!NODES_OWN.has(type)) uvUnref(pointer);
  }
}

function word(address: number): Int32Array {
  return new Int32Array(viewMemory(address, 4));
}

function pointerAt(address: number): number {
  return Number(new BigUint64Array(viewMemory(address, POINTER))[0]);
}

function pointTo(address: number, target: number): void {
  new BigUint64Array(viewMemory(address, POINTER))[0] = BigInt(target);
}

function clear(address: number, bytes: number): void {
  new Uint8Array(viewMemory(address, bytes)).fill(0);
}

/** A queue of libuv's is a ring of pointers; that of an empty one leads to itself. */
function emptyQueue(address: number): void {
  new BigUint64Array(viewMemory(address, 2 * POINTER)).fill(BigInt(address));
}
