import { capture, type Payload } from '../closure/capture.js';
import { PicklingError } from '../errors.js';
import { apart, forgetDepartures, sealed, takeBackDepartures } from '../memory/handle.js';
import { Unsendable } from './buffers.js';
import { pathTo } from './path.js';
import { notPlain } from './plain.js';
import { GRAPH, PLAIN } from './wire.js';
import { Writer } from './writer.js';

const shared = new Writer();
let busy = false;

/**
 * Encodes `value`. The returned view is valid only until the next call in this thread: one growing buffer is reused.
 * `label` names the value in the path of a PicklingError.
 *
 *     connection.write(encode({ i: 1, s: 'hello' }));
 */
export function encode(value: unknown, options?: { label?: string }): Uint8Array {
  return exclusively((writer) => encodeWith(writer, value, options));
}

/** A getter or a handle may encode something itself while its object is being written. */
function exclusively<T>(write: (writer: Writer) => T): T {
  if (busy) return apart(() => write(new Writer()));
  busy = true;
  forgetDepartures();
  try {
    return write(shared);
  } finally {
    busy = false;
  }
}

function encodeWith(writer: Writer, value: unknown, options: { label?: string } | undefined): Uint8Array {
  try {
    return sealed(writer.message(PLAIN, value));
  } catch (error) {
    takeBackDepartures();
    if (error instanceof Unsendable) throw complain(error, value, options?.label);
    if (isStackOverflow(error)) throw tooDeep(options?.label, error);
    if (error !== notPlain) throw error;
  }
  return encodeGraph(writer, value, options);
}

/** Encodes what `capture` gives for a value, for one who wants to look at that; as `encode` does what is no plain data. */
export function encodeCaptured(
  value: unknown,
  options?: { label?: string },
): { readonly bytes: Uint8Array; readonly payload: Payload } {
  return exclusively((writer) => {
    try {
      const payload = capture(value, options);
      return { payload, bytes: encodePayload(payload, writer) };
    } catch (error) {
      takeBackDepartures();
      throw error;
    }
  });
}

export function encodePayload(payload: Payload, writer = new Writer()): Uint8Array {
  return sealed(writer.message(GRAPH, payload));
}

/** The slow path: functions, classes, instances, and whatever else has more to it than its data. */
function encodeGraph(writer: Writer, value: unknown, options: { label?: string } | undefined): Uint8Array {
  try {
    const payload = capture(value, options);
    return encodePayload(payload, writer);
  } catch (error) {
    takeBackDepartures();
    if (error instanceof Unsendable) throw complain(error, value, options?.label);
    if (isStackOverflow(error)) throw tooDeep(options?.label, error);
    if (error !== notPlain) throw error;
    throw new PicklingError(
      'ERR_PICKLE_PAYLOAD',
      `what was captured of ${options?.label ?? 'the value'} is not plain data`,
    );
  }
}

function complain(found: Unsendable, value: unknown, label = 'value'): PicklingError {
  return new PicklingError(found.code, `${found.message}; reached through: ${pathTo(value, found.object, label)}`);
}

function tooDeep(label = 'value', cause: unknown): PicklingError {
  return new PicklingError('ERR_PICKLE_TOO_DEEP', `${label} is nested too deeply to be walked through`, { cause });
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack');
}
