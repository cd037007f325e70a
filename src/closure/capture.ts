/** The sender's side: a value, with all functions and classes that hang on it, becomes plain data. */
import { PicklingError } from '../errors.js';
import type { Constancy } from './constant.js';
import { inspecting } from './inspector.js';
import { Pickler } from './pickler.js';
import type { Payload } from './payload.js';

export type { Payload } from './payload.js';

export interface CaptureOptions {
  /** What the errors call the value: `reached through: target -> ...`. */
  readonly label?: string;
  /** Told whether later captures would give the same. */
  readonly constancy?: Constancy;
}

/**
 * Captures a value so that `rebuild` can make it again in another process. Functions and classes that a module exports
 * travel by reference; all others as their source with the variables that they use.
 *
 * Buffers are not copied: write the payload out before the program goes on.
 */
export function capture(value: unknown, options: CaptureOptions = {}): Payload {
  const pickler = new Pickler(options.label ?? 'value', options.constancy);
  try {
    pickler.payload.root = inspecting(() => pickler.encode(value));
  } catch (error) {
    if (!(error instanceof RangeError) || !/call stack/.test(error.message)) throw error;
    throw new PicklingError(
      'ERR_PICKLE_TOO_DEEP',
      'cannot pickle a value that is nested this deeply; send it in parts',
      {
        cause: error,
      },
    );
  }
  return pickler.payload;
}
