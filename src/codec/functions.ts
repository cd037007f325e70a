import { capturesNothing, Constancy, isInert } from '../closure/constant.js';
import { rebuildSync } from '../closure/rebuild.js';
import { takeBackDepartures } from '../memory/handle.js';
import { decodeCaptured } from './decode.js';
import { encodeCaptured } from './encode.js';

/** A function as bytes of its own. */
export interface EncodedFunction {
  readonly bytes: Uint8Array;
  readonly capturesNothing: boolean;
  /** Whether it has been made for this call; else these are the very bytes of the last one. */
  readonly isNew: boolean;
}

/** Of functions of which it is known that their next message will be the same, for as long as their constancy holds. */
const constant = new WeakMap<object, { readonly encoded: EncodedFunction; readonly constancy: Constancy }>();
const varying = new WeakSet<object>();

/** The message of a function that captures nothing, and so always travels the same; undefined for any other. */
export function constantMessage(target: object, label: string): Uint8Array | undefined {
  if (varying.has(target)) return undefined;
  const { isNew, bytes, capturesNothing: isSame } = encodeFunction(target, label);
  if (isSame) return bytes;
  varying.add(target); // found out once: to try again would capture it twice each time
  if (isNew) takeBackDepartures();
  return undefined;
}

/** The message of a function, captured anew unless that would give the same. */
export function encodeFunction(target: object, label: string): EncodedFunction {
  const known = constant.get(target);
  if (known?.constancy.holds()) return known.encoded;
  const constancy = new Constancy();
  const { payload, bytes: shared } = encodeCaptured(target, { label, constancy });
  const encoded = { bytes: shared.slice(), capturesNothing: capturesNothing(payload), isNew: true };
  if (constancy.isOf(payload)) constant.set(target, { encoded: { ...encoded, isNew: false }, constancy });
  return encoded;
}

/** Makes the function of a message, if that runs nothing of the user's; undefined otherwise. */
export function decodeInert(message: Uint8Array): unknown {
  const payload = decodeCaptured(message);
  return isInert(payload) ? rebuildSync(payload) : undefined;
}
