import type nodeNet from 'node:net';
import type { Socket } from 'node:net';

/** libuv's side of a socket, which Node does not document but has always had. */
export interface Handle {
  readonly fd: number;
  /** How many bytes libuv still has to write. */
  readonly writeQueueSize: number;
}

/** Null when the socket is closed. */
export function handleOf(socket: Socket): Handle | null {
  return Reflect.get(socket, '_handle') as Handle | null;
}

/** Node's side for a descriptor. */
export function adoptSocket(fd: number): Socket {
  const { Socket: NodeSocket } = net();
  return new NodeSocket({ fd, allowHalfOpen: true });
}

/** Loaded when it is needed: every process imports this library, few use sockets. */
export function net(): typeof nodeNet {
  return process.getBuiltinModule('node:net');
}
