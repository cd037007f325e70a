import { encode } from '../codec/encode.js';
import { decode, decodeSync } from '../codec/decode.js';
import { isExtent } from '../memory/blocks.js';
import { free } from '../memory/heap.js';
import { adoptParcel, readParcel } from '../memory/parcel.js';
import type { Taken } from './store.js';

/** The bytes of a value; valid until the next message of this thread is packed. */
export function pack(value: unknown): Uint8Array {
  return encode(value);
}

/** The value of a message; a promise when something has to be imported for it. */
export function unpack(taken: Taken): unknown {
  return open(taken, decode);
}

/** The value of a message, for one who blocks. */
export function unpackSync(taken: Taken): unknown {
  return open(taken, decodeSync);
}

function open(taken: Taken, read: typeof decode): unknown {
  const { bytes, parcel } = taken;
  if (bytes !== undefined) return read(bytes);
  // What lies in pages of its own stays there: the arrays in it are views, and the pages go when the last view does.
  if (isExtent(parcel)) return read(adoptParcel(parcel), { copy: false });
  try {
    return readParcel(parcel, (stored) => read(stored));
  } finally {
    free(parcel);
  }
}
