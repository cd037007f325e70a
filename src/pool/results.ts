import { unpack } from '../channel/message.js';
import type { Taken } from '../channel/store.js';
import { quietly } from './callback.js';
import type { Errand } from './errand.js';
import type { Errands } from './errands.js';
import { DONE, FAILED, PART, SKIPPED } from './share.js';

/** Takes what has come of a task, and hands it to the one who waits for it. Gives the number of the worker. */
export function receive(errands: Errands, result: Taken): number | undefined {
  const errand = errands.ofTicket(result.tag);
  if (errand === undefined) return undefined;
  const { note } = result;
  const { worker } = errand.ticket; // the ticket may soon be another task's
  if (note <= SKIPPED) errand.isAnswered = true;
  const value = read(result);
  if (value instanceof Promise || errand.arriving)
    errand.arriving = passLater(errands, errand, note, value, errand.arriving);
  else pass(errands, errand, note, value);
  return worker;
}

/** A promise when something has to be imported first, or when it cannot be read. */
export function read(result: Taken): unknown {
  try {
    return unpack(result);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function passLater(
  errands: Errands,
  errand: Errand,
  note: number,
  value: unknown,
  before: Promise<void> | undefined,
): Promise<void> {
  try {
    const [known] = await Promise.all([value, before]);
    pass(errands, errand, note, known);
  } catch (error) {
    pass(errands, errand, FAILED, error);
  }
}

function pass(errands: Errands, errand: Errand, note: number, value: unknown): void {
  if (note === DONE) errands.finish(errand, 'done', value);
  else if (note === FAILED) errands.finish(errand, 'failed', value);
  else if (note === SKIPPED) errands.finish(errand, 'cancelled', undefined);
  else if (!errand.isCancelled) {
    const { receiver, options } = errand;
    quietly(() => (note === PART ? receiver.part?.(value as unknown[]) : options.onReport?.(value)));
  }
}
