import type { Readiness } from './ready.js';

/**
 * How the messages of a connection travel: through shared memory (pipe.ts), or over a socket. `Connection` checks before
 * it calls: arguments are valid, the direction exists, and nothing is called after `close`.
 */
export interface Transport {
  readonly readable: boolean;
  readonly writable: boolean;
  send(value: unknown, signal?: AbortSignal): Promise<void>;
  sendSync(value: unknown): void;
  /** The bytes may change as soon as the promise has been given. */
  sendBytes(bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  sendBytesSync(bytes: Uint8Array): void;
  recv(signal?: AbortSignal): Promise<unknown>;
  recvSync(): unknown;
  /** The next message, as bytes of the receiver's own; `limit` is the longest that it takes. */
  recvBytes(limit: number, signal?: AbortSignal): Promise<Uint8Array>;
  recvBytesSync(limit: number): Uint8Array;
  /** Brings the next message to where it is wanted (`fill`), and gives its length. */
  recvInto(room: Uint8Array, signal?: AbortSignal): Promise<number>;
  recvIntoSync(room: Uint8Array): number;
  poll(timeout: number, signal?: AbortSignal): Promise<boolean>;
  pollSync(timeout: number): boolean;
  readiness(): Readiness;
  fileno(): number;
  /** Once. Ends whatever waits here, with ERR_CONNECTION_CLOSED. */
  close(): void;
  /** What stands for this end in a message, see memory/handle.ts. */
  travel(): [type: string, state: unknown];
}
