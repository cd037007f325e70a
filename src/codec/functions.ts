import { isConstant, isInert } from '../closure/constant.js';
import { rebuildSync } from '../closure/rebuild.js';
import { takeBackDepartures } from '../memory/handle.js';
import { decodeCaptured } from './decode.js';
import { encodeCaptured } from './encode.js';

const constant = new WeakMap<object, Uint8Array>();
const varying = new WeakSet<object>();

/** The message of a function that always travels the same; undefined for one whose captured variables may change. */
export function constantMessage(target: object, label: string): Uint8Array | undefined {
  if (varying.has(target)) return undefined;
  const { bytes, isConstant: isSame } = encodeFunction(target, label);
  if (isSame) return bytes;
  varying.add(target); // found out once: to try again would capture it twice each time
  takeBackDepartures();
  return undefined;
}

/** The message of a function, as bytes of its own; `isConstant` says that it will always be the same. */
export function encodeFunction(
  target: object,
  label: string,
): { readonly bytes: Uint8Array; readonly isConstant: boolean } {
  const known = constant.get(target);
  if (known) return { bytes: known, isConstant: true };
  const encoded = encodeCaptured(target, { label });
  const { payload } = encoded;
  const bytes = encoded.bytes.slice();
  if (!isConstant(payload)) return { bytes, isConstant: false };
  constant.set(target, bytes);
  return { bytes, isConstant: true };
}

/** Makes the function of a message, if that runs nothing of the user's; undefined otherwise. */
export function decodeInert(message: Uint8Array): unknown {
  const payload = decodeCaptured(message);
  return isInert(payload) ? rebuildSync(payload) : undefined;
}
