import { capture, type CaptureOptions, type Payload } from '../closure/capture.js';
import { PicklingError } from '../errors.js';
import type { Packed } from '../memory/gathered.js';
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

/** Likewise, for one who copies the message at once to where it stays: large buffers in it lie where the user has them. */
export function encodeGathered(value: unknown): Packed {
  return exclusively((writer) => encodeWith(writer, value, undefined, true));
}

type Options = { label?: string } | undefined;

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

function encodeWith(writer: Writer, value: unknown, options: Options): Uint8Array;
function encodeWith(writer: Writer, value: unknown, options: Options, gathers: boolean): Packed;
function encodeWith(writer: Writer, value: unknown, options: Options, gathers = false): Packed {
  try {
    return sealed(gathers ? writer.gather(PLAIN, value) : writer.message(PLAIN, value));
  } catch (error) {
    takeBackDepartures();
    if (error instanceof Unsendable) throw complain(error, value, options?.label);
    if (isStackOverflow(error)) throw tooDeep(options?.label, error);
    if (error !== notPlain) throw error;
  }
  return encodeGraph(writer, value, options, gathers);
}

/** Encodes what `capture` gives for a value, for one who wants to look at that; as `encode` does what is no plain data. */
export function encodeCaptured(
  value: unknown,
  options?: CaptureOptions,
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

function gatherPayload(payload: Payload, writer: Writer): Packed {
  return sealed(writer.gather(GRAPH, payload));
}

/** The slow path: functions, classes, instances, and whatever else has more to it than its data. */
function encodeGraph(writer: Writer, value: unknown, options: Options, gathers: boolean): Packed {
  try {
    const payload = capture(value, options);
    return gathers ? gatherPayload(payload, writer) : encodePayload(payload, writer);
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
