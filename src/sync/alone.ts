import { RuntimeError } from '../errors.js';
import { isPrivate } from '../memory/holdings.js';
import type { Waitable } from './waitable.js';

/** Whether nobody else knows of what is waited for: while this thread blocks, nothing can make it possible. */
export function isAlone({ object }: Pick<Waitable<unknown>, 'object'>): boolean {
  return object !== undefined && isPrivate(object);
}

/** What a blocking wait of that kind ends with, at once. */
export function waitsForItself(wait: string): RuntimeError {
  return new RuntimeError(
    'ERR_WAITS_FOR_ITSELF',
    `${wait} would wait for ever: while this thread waits, none of its coroutines can run`,
  );
}
