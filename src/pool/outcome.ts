import { pack } from '../channel/message.js';
import { MaybeEncodingError } from '../errors.js';
import type { Packed } from '../memory/gathered.js';

/** What came of a task. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** The same as bytes, valid until the next message is packed. What cannot travel fails its task, and nothing else. */
export function asOutcome(outcome: Outcome): { readonly isDone: boolean; readonly bytes: Packed } {
  if (!('value' in outcome)) return { isDone: false, bytes: packError(outcome.error) };
  try {
    return { isDone: true, bytes: pack(outcome.value) };
  } catch (error) {
    const message = `the task's result cannot travel: ${(error as Error).message}`;
    return { isDone: false, bytes: packError(new MaybeEncodingError('ERR_RESULT_CANNOT_TRAVEL', message)) };
  }
}

export function packError(error: unknown): Packed {
  try {
    return pack(error);
  } catch {
    const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    return pack(
      new MaybeEncodingError('ERR_ERROR_CANNOT_TRAVEL', `the task failed with an error that cannot travel: ${text}`),
    );
  }
}
