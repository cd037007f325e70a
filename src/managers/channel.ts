import type { Connection } from '../channel/connection.js';
import { decodePickle, encodePickle, type Globals, type Replace } from '../pickle/pickle.js';

/** One line of requests and replies, which are strictly in turn. */
export interface Channel {
  send(message: readonly unknown[]): Promise<void>;
  sendSync(message: readonly unknown[]): void;
  receive(): Promise<unknown>;
  receiveSync(): unknown;
  close(): void;
}

/** Between processes of one program. */
export function localChannel(connection: Connection): Channel {
  return {
    send: (message) => connection.send(message),
    sendSync: (message) => connection.sendSync(message),
    receive: () => connection.recv(),
    receiveSync: () => connection.recvSync(),
    close: () => connection.close(),
  };
}

/** How proxies are written and read in pickles. */
export interface PickledProxies {
  readonly replace: Replace;
  readonly globals: Globals;
}

/** Python's side wants tuples for the message, and in a request for its arguments. */
function tuple(message: readonly unknown[]): readonly unknown[] {
  const [ident, method, args, kwargs] = message;
  return Object.freeze(
    message.length === 4 ? [ident, method, Object.freeze([...(args as unknown[])]), kwargs] : message,
  );
}

/** Between programs. */
export function pickledChannel(connection: Connection, { replace, globals }: PickledProxies): Channel {
  const encode = (message: readonly unknown[]): Uint8Array => encodePickle(tuple(message), replace);
  return {
    send: (message) => connection.sendBytes(encode(message)),
    sendSync: (message) => connection.sendBytesSync(encode(message)),
    receive: async () => decodePickle(await connection.recvBytes(), globals),
    receiveSync: () => decodePickle(connection.recvBytesSync(), globals),
    close: () => connection.close(),
  };
}
