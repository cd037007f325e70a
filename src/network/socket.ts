import type nodeNet from 'node:net';
import type { Socket } from 'node:net';
import { duplicate } from '../system/socket.js';

/** libuv's side of a socket, which Node does not document but has always had. */
export interface Handle {
  readonly fd: number;
  /** How many bytes libuv still has to write. */
  readonly writeQueueSize: number;
  /** Whether libuv reads; Node's note of it. */
  reading: boolean;
  readStop(): void;
}

/** Null when the socket is closed. */
export function handleOf(socket: Socket): Handle | null {
  return Reflect.get(socket, '_handle') as Handle | null;
}

/** Node's side for a descriptor, of which nothing is read before it is asked for: it may travel on. */
export function adoptSocket(fd: number): Socket {
  const { Socket: NodeSocket } = net();
  const options = { fd, allowHalfOpen: true, pauseOnCreate: true }; // what a server with pauseOnConnect gives
  return new NodeSocket(options);
}

/** Has libuv read nothing more until the socket is resumed. To pause a socket only fills its buffer. */
export function stopReading(socket: Socket): void {
  const handle = handleOf(socket);
  if (handle === null) return;
  handle.reading = false;
  handle.readStop();
}

/** Takes the descriptor of a socket away from Node. */
export function takeFrom(socket: Socket): number {
  const fd = duplicate(handleOf(socket)!.fd);
  socket.destroy();
  return fd;
}

/** Loaded when it is needed: every process imports this library, few use sockets. */
export function net(): typeof nodeNet {
  return process.getBuiltinModule('node:net');
}
