import { encodeGathered } from '../codec/encode.js';
import { decode, decodeSync } from '../codec/decode.js';
import { isExtent } from '../memory/blocks.js';
import type { Packed } from '../memory/gathered.js';
import { adoptParcel, afterwards, consumeParcel, keepMentioned, parcelLength } from '../memory/parcel.js';
import { forgetWayBack } from '../memory/returns.js';
import { copyOf } from '../system/allocator.js';
import { fill } from './bytes.js';
import type { Taken } from './store.js';

/** The bytes of a value; valid until the next message of this thread is packed. */
export function pack(value: unknown): Packed {
  return encodeGathered(value);
}

/** The value of a message; a promise when something has to be imported for it. */
export function unpack(taken: Taken): unknown {
  const { bytes, parcel } = taken;
  if (bytes !== undefined) return decode(bytes);
  // A large message stays where it is: the arrays in it are views, and the pages go when the last view does.
  if (!isExtent(parcel) || parcelLength(parcel) < LENT_FROM) return consumeParcel(parcel, decode);
  const pages = adoptParcel(parcel);
  const done = (): void => forgetWayBackOf(parcel, pages);
  try {
    return afterwards(decode(pages, { copy: false }), done);
  } catch (error) {
    done();
    throw error;
  }
}

/** Up to here it is faster to copy a message, and to use its pages at once for the next one. */
const LENT_FROM = 8 * 2 ** 20;

/** The pages are there until then, whoever refers to them. */
function forgetWayBackOf(parcel: number, _pages: Uint8Array): void {
  forgetWayBack(parcel);
}

/**
 * The value of a message, for one who blocks. Always a copy: one who only blocks gives the collector no turn in which it
 * could tell that the last view is gone, and would hold the pages of all messages that it has ever received.
 */
export function unpackSync({ bytes, parcel }: Taken): unknown {
  return bytes === undefined ? consumeParcel(parcel, decodeSync) : decodeSync(bytes);
}

/** A message as it is, in memory of the receiver's own. */
export function bytesOf(taken: Taken): Uint8Array {
  const { parcel } = taken;
  if (taken.bytes !== undefined || !isExtent(parcel) || parcelLength(parcel) < LENT_FROM) return bytesOfSync(taken);
  keepMentioned(parcel);
  const pages = adoptParcel(parcel);
  forgetWayBack(parcel);
  return pages;
}

/** Likewise, for one who blocks: always a copy, for the same reason. */
export function bytesOfSync({ bytes, parcel }: Taken): Uint8Array {
  if (bytes !== undefined) return bytes.slice();
  keepMentioned(parcel);
  return consumeParcel(parcel, copyOf);
}

/** Copies a message, from where it lies, to where it is wanted. */
export function pour({ bytes, parcel }: Taken, room: Uint8Array): number {
  if (bytes !== undefined) return fill(room, bytes);
  keepMentioned(parcel);
  return consumeParcel(parcel, (stored) => fill(room, stored));
}
