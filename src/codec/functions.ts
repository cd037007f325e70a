import { capturesNothing, Constancy, isInert } from '../closure/constant.js';
import { rebuildSync } from '../closure/rebuild.js';
import { takeBackDepartures } from '../memory/handle.js';
import { decodeCaptured } from './decode.js';
import { encodeCaptured } from './encode.js';

/** A function as bytes of its own. */
export interface EncodedFunction {
  readonly bytes: Uint8Array;
  readonly capturesNothing: boolean;
  /** Of a function of which it is known that its next message will be the same, for as long as this `holds`. */
  readonly constancy: Constancy | undefined;
}

const constant = new WeakMap<object, EncodedFunction & { readonly constancy: Constancy }>();
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

/** The message of a function; `isNew` when it has been made for this call. */
export function encodeFunction(target: object, label: string): EncodedFunction & { readonly isNew: boolean } {
  const known = constant.get(target);
  if (known?.constancy.holds()) return { ...known, isNew: false };
  const found = new Constancy();
  const { payload, bytes: shared } = encodeCaptured(target, { label, constancy: found });
  const bytes = shared.slice();
  const constancy = found.isOf(payload) ? found : undefined;
  const encoded = { bytes, capturesNothing: capturesNothing(payload), constancy };
  if (constancy) constant.set(target, { ...encoded, constancy });
  return { ...encoded, isNew: true };
}

/** Makes the function of a message, if that runs nothing of the user's; undefined otherwise. */
export function decodeInert(message: Uint8Array): unknown {
  const payload = decodeCaptured(message);
  return isInert(payload) ? rebuildSync(payload) : undefined;
}
