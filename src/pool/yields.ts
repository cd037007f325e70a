/** Values that a generator yields in a worker: sent in parts while it runs on. */

type Source = AsyncIterator<unknown> | Iterator<unknown>;

/** What `imap` gives for a function: its result, or each value that it yields. */
export type Yielded<R> = R extends AsyncIterator<infer T> | Iterator<infer T> ? T : Awaited<R>;

/** Sends a part; resolves when there is room for the next one, with false when nobody wants more. */
export type Send = (part: readonly unknown[]) => Promise<boolean>;

/** How many parts a generator may have sent that nobody has read: more of it waits where it runs. */
export const PARTS_AHEAD = 4;

// A part holds what comes without a delay, up to so many values or milliseconds.
const PART_VALUES = 256;
const PART_TIME = 2;

/** Whether a result is a generator, or any other iterator that can be iterated over. */
export function isStream(value: unknown): value is Source {
  if (typeof value !== 'object' || value === null) return false;
  const { next } = value as Partial<Iterator<unknown>>;
  return typeof next === 'function' && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** Sends what a source yields, behind the values before it; resolves with those that are still to be sent. */
export async function drain(source: Source, values: unknown[], send: Send): Promise<unknown[]> {
  let flushing: NodeJS.Immediate | undefined;
  let sending: Promise<boolean> | undefined;
  let since = performance.now();
  const flush = (): void => {
    clearImmediate(flushing); // at a later time, what it would send may be on its way with the result
    flushing = undefined;
    since = performance.now();
    if (values.length === 0) return;
    const part = values;
    values = [];
    sending = (sending ?? Promise.resolve(true)).then((wanted) => wanted && send(part));
    sending.catch(() => {}); // it is awaited below
  };
  try {
    for (;;) {
      // One that waits for its next value does not keep back what it has made.
      flushing ??= setImmediate(flush);
      const { value, done } = await source.next();
      if (done) return values;
      values.push(value);
      if (values.length >= PART_VALUES || performance.now() - since > PART_TIME) flush();
      if (sending === undefined) continue;
      const wanted = await sending;
      sending = undefined;
      if (!wanted) {
        await source.return?.();
        return [];
      }
    }
  } catch (error) {
    flush(); // what it has yielded before comes before its error
    throw error;
  } finally {
    clearImmediate(flushing);
    await sending;
  }
}
