import type nodeCrypto from 'node:crypto';
import { AuthenticationError } from '../errors.js';
import { randomBytes } from '../system/random.js';

/**
 * How both sides of a connection prove that they know the same key, which never crosses the wire. Each step is a frame:
 *
 *   1 listener   #CHALLENGE# M1               3 listener   #WELCOME# or #FAILURE#
 *   2 client     answer to M1                 4..6 the same with the sides exchanged
 *
 * Until CPython 3.11, M is 20 random bytes and the answer their HMAC-MD5. From 3.12 on M is `{sha256}` and 40 random bytes,
 * and the answer is `{sha256}` and the HMAC of the whole of M. Who is challenged in the old way answers in the old way; an
 * old one takes the new challenge for any bytes and answers with MD5, which is accepted, since MD5 is no weakness of HMAC.
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#authentication-keys
 */
const CHALLENGE = Buffer.from('#CHALLENGE#');
const WELCOME = Buffer.from('#WELCOME#');
const FAILURE = Buffer.from('#FAILURE#');

/** No frame of the handshake may be longer. */
export const LONGEST_FRAME = 256;

const NONCE_BYTES = 40;
const SHORTEST_CHALLENGE = 20;
/** Challenges and answers of these lengths are of the old kind: they name no digest. */
const OLD_LENGTHS = new Set([16, 20]);
const MD5 = 'md5';

/** The digests that either side may name, by their names in Node. */
const digests = new Map([
  [MD5, 'md5'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha3_256', 'sha3-256'],
  ['sha3_384', 'sha3-384'],
]);

/** The ways to reckon the answer to a challenge. */
export type DigestName = 'md5' | 'sha256' | 'sha384' | 'sha3_256' | 'sha3_384';

/** What to do next: send a frame, or receive one, which is the value of the `yield`. */
export type Step = { readonly send: Uint8Array } | { readonly send?: undefined };
export type Steps = Generator<Step, void, Uint8Array>;

/** Both halves, as the accepting side takes them. */
export function* greet(key: Uint8Array | undefined, isEncrypted = false): Steps {
  if (isEncrypted) yield* untilSafe();
  if (key === undefined) return;
  yield* deliver(key);
  yield* answer(key);
}

/** Both halves, as the connecting side takes them. */
export function* introduce(key: Uint8Array | undefined, isEncrypted = false): Steps {
  if (isEncrypted) yield* untilSafe();
  if (key === undefined) return;
  yield* answer(key);
  yield* deliver(key);
}

/** What comes first on a connection that is encrypted: an empty frame, once it is. */
export function* untilSafe(): Steps {
  yield {};
}

/** Has the other side prove that it knows the key. */
export function* deliver(key: Uint8Array, digest: DigestName = 'sha256'): Steps {
  const message = Buffer.concat([Buffer.from(`{${digest}}`), randomBytes(NONCE_BYTES)]);
  yield { send: Buffer.concat([CHALLENGE, message]) };
  const known = verify(key, message, Buffer.from(yield {}));
  yield { send: known ? WELCOME : FAILURE };
  if (!known) throw refusal('ERR_AUTHENTICATION_WRONG', 'digest received was wrong');
}

/** Proves to the other side that this one knows the key. */
export function* answer(key: Uint8Array): Steps {
  const frame = Buffer.from(yield {});
  if (!frame.subarray(0, CHALLENGE.length).equals(CHALLENGE))
    throw refusal('ERR_AUTHENTICATION_PROTOCOL', 'expected a challenge, got other bytes');
  yield { send: respond(key, frame.subarray(CHALLENGE.length)) };
  if (!Buffer.from(yield {}).equals(WELCOME)) throw refusal('ERR_AUTHENTICATION_REJECTED', 'digest sent was rejected');
}

/** The answer to a challenge. */
export function respond(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (OLD_LENGTHS.has(message.length)) return hmac(MD5, key, message);
  const name = digestNamed(message);
  if (message.length < SHORTEST_CHALLENGE || name === undefined)
    throw refusal('ERR_AUTHENTICATION_PROTOCOL', 'expected a challenge that names a digest, got other bytes');
  return Buffer.concat([Buffer.from(`{${name}}`), hmac(name, key, message)]);
}

/** Whether `response` is the right answer to `message`; the time that this takes tells nothing about the key. */
export function verify(key: Uint8Array, message: Uint8Array, response: Uint8Array): boolean {
  const old = OLD_LENGTHS.has(response.length);
  const name = old ? MD5 : digestNamed(response);
  if (name === undefined) return false;
  const proof = old ? response : response.subarray(name.length + 2);
  const right = hmac(name, key, message);
  return proof.length === right.length && crypto().timingSafeEqual(proof, right);
}

/** The digest in braces that the bytes begin with; undefined if there is none, or if it is none that may be used. */
function digestNamed(bytes: Uint8Array): string | undefined {
  const [, name] = /^\{(\w{1,8})\}/.exec(Buffer.from(bytes.subarray(0, 10)).toString('latin1')) ?? [];
  return name !== undefined && digests.has(name) ? name : undefined;
}

function hmac(name: string, key: Uint8Array, message: Uint8Array): Buffer {
  return crypto().createHmac(digests.get(name)!, key).update(message).digest();
}

/** Loaded when it is needed: it takes milliseconds. */
function crypto(): typeof nodeCrypto {
  return process.getBuiltinModule('node:crypto');
}

function refusal(code: string, message: string): AuthenticationError {
  return new AuthenticationError(code, message);
}
