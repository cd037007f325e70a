import { expected, ValueError } from '../errors.js';
import { MAP } from './share.js';
import type { Scheduler } from './scheduler.js';

// Tasks that are under way at a time: enough to keep every worker busy, few enough to be no burden.
const WINDOW = 1024;

export function checkChunksize(size: unknown): void {
  if (size === undefined || (Number.isInteger(size) && (size as number) >= 1)) return;
  throw new ValueError('ERR_CHUNKSIZE', `chunksize: ${expected('a whole number, 1 or more', size)}`);
}

/** As CPython's: four chunks for each worker. */
export function defaultChunksize(items: number, workers: number): number {
  return Math.max(1, Math.ceil(items / (workers * 4)));
}

/**
 * Calls a function with each item, a chunk of items to a task. Resolves with the results in the order of the items, when
 * all are there; rejects then with the first error, if there was one.
 */
export function mapInBatches(
  scheduler: Scheduler,
  target: object,
  items: readonly unknown[],
  size: number,
): Promise<unknown[]> {
  const job = scheduler.jobOf(target);
  const results = new Array<unknown>(items.length);
  let next = 0;
  let underWay = 0;
  let failure: { readonly error: unknown } | undefined;
  return new Promise((resolve, reject) => {
    let feeding = false;
    const feed = (): void => {
      if (feeding) return; // called for a task that has failed at once, in the loop below
      feeding = true;
      while (underWay < WINDOW && next < items.length) {
        const start = next;
        next = Math.min(start + size, items.length);
        underWay++;
        try {
          scheduler.submit(job, MAP, items.slice(start, next), {
            done: (values) => arrived(start, values as unknown[]),
            failed,
          });
        } catch (error) {
          failed(error);
        }
      }
      feeding = false;
      if (underWay > 0) return;
      if (failure) reject(failure.error);
      else resolve(results);
    };
    const settle = (): void => {
      underWay--;
      feed();
    };
    const arrived = (start: number, values: unknown[]): void => {
      for (let place = 0; place < values.length; place++) results[start + place] = values[place];
      settle();
    };
    const failed = (error: unknown): void => {
      failure ??= { error };
      settle();
    };
    feed();
  });
}
