import { encode } from '../codec/encode.js';
import { decode, decodeSync } from '../codec/decode.js';
import { isExtent } from '../memory/blocks.js';
import { adoptParcel, afterwards, consumeParcel, keepMentioned } from '../memory/parcel.js';
import type { Taken } from './store.js';

/** The bytes of a value; valid until the next message of this thread is packed. */
export function pack(value: unknown): Uint8Array {
  return encode(value);
}

/** The value of a message; a promise when something has to be imported for it. */
export function unpack(taken: Taken): unknown {
  const { bytes, parcel } = taken;
  if (bytes !== undefined) return decode(bytes);
  // What lies in pages of its own stays there: the arrays in it are views, and the pages go when the last view does.
  if (!isExtent(parcel)) return consumeParcel(parcel, decode);
  const pages = adoptParcel(parcel);
  return afterwards(decode(pages, { copy: false }), () => void pages.length);
}

/**
 * The value of a message, for one who blocks. Always a copy: one who only blocks gives the collector no turn in which it
 * could tell that the last view is gone, and would hold the pages of all messages that it has ever received.
 */
export function unpackSync({ bytes, parcel }: Taken): unknown {
  return bytes === undefined ? consumeParcel(parcel, decodeSync) : decodeSync(bytes);
}

/** What a message was, in a box: no value at all is told from the value `undefined`, and one that is awaited later stays. */
export interface Received<T> {
  readonly value: T;
}

/** The value of a message that has been taken, if one was; a promise when something has to be imported for it. */
export function received(taken: Taken | undefined): Received<unknown> | undefined {
  return taken && { value: unpack(taken) };
}

export function receivedSync(taken: Taken | undefined): Received<unknown> | undefined {
  return taken && { value: unpackSync(taken) };
}

/** A message as it is, in memory of the receiver's own. */
export function bytesOf(taken: Taken | undefined): Received<Uint8Array> | undefined {
  if (taken === undefined) return undefined;
  const { bytes, parcel } = taken;
  if (bytes !== undefined) return { value: bytes.slice() };
  keepMentioned(parcel);
  if (isExtent(parcel)) return { value: adoptParcel(parcel) };
  return { value: consumeParcel(parcel, (stored) => stored.slice()) };
}
