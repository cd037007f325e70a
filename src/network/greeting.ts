import { AuthenticationError } from '../errors.js';
import type { SocketTransport } from './socket-transport.js';
import { answer, deliver, LONGEST_FRAME, type DigestName, type Steps } from './handshake.js';
import { checkKey } from './address.js';

/** What a handshake needs of a connection, or of its transport. */
interface Peer {
  sendBytes(bytes: Uint8Array): Promise<void>;
  recvBytes(limit: number): Promise<Uint8Array>;
}

/**
 * Has the other side prove that it knows the key: the first half of what `Listener` does, the second of what `Client` does.
 *
 * @example
 * await deliverChallenge(connection, Buffer.from('secret')); // the listener's half of the handshake
 *
 * @throws {AuthenticationError} ERR_AUTHENTICATION_WRONG
 * @see https://docs.python.org/3/library/multiprocessing.html#authentication-keys
 */
export async function deliverChallenge(connection: Peer, authkey: Uint8Array, digest?: DigestName): Promise<void> {
  await perform(connection, deliver(checkKey(authkey), digest));
}

/**
 * Proves to the other side that this one knows the key.
 *
 * @example
 * await answerChallenge(connection, Buffer.from('secret')); // the client's half of the handshake
 *
 * @throws {AuthenticationError} ERR_AUTHENTICATION_REJECTED, ERR_AUTHENTICATION_PROTOCOL
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.answer_challenge
 */
export async function answerChallenge(connection: Peer, authkey: Uint8Array): Promise<void> {
  await perform(connection, answer(checkKey(authkey)));
}

export async function perform(connection: Peer, steps: Steps): Promise<void> {
  let step = steps.next();
  while (step.done !== true) {
    const { send } = step.value;
    if (send) await connection.sendBytes(send);
    step = steps.next(send ?? (await connection.recvBytes(LONGEST_FRAME)));
  }
}

/** The same, blocking, within so many milliseconds. */
export function performSync(connection: SocketTransport, steps: Steps, patience: number): void {
  const deadline = performance.now() + patience;
  let step = steps.next();
  while (step.done !== true) {
    const { send } = step.value;
    if (send) connection.sendBytesSync(send);
    step = steps.next(send ?? receiveSync(connection, deadline));
  }
}

function receiveSync(connection: SocketTransport, deadline: number): Uint8Array {
  const received = connection.receiveWithin(LONGEST_FRAME, Math.max(0, deadline - performance.now()));
  if (received === undefined) throw tooSlow();
  return received;
}

export function tooSlow(): AuthenticationError {
  return new AuthenticationError('ERR_AUTHENTICATION_TIMEOUT', 'the other side did not finish its handshake in time');
}
