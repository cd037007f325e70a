import { sweep } from '../memory/death.js';
import { bellDescriptor, ringAgain, unmuteBell } from '../memory/doorbell.js';
import { self } from '../memory/slots.js';
import { call, enterLine, leaveLine, type Entry } from '../memory/waiters.js';
import { isAlone, waitsForItself } from '../sync/alone.js';
import { waitAsync } from '../sync/await.js';
import { patience } from '../sync/options.js';
import { FIRST_LOOK, LAST_LOOK } from '../sync/waitable.js';
import { drain, pollReadable } from '../system/pipe.js';
import { watchReadable } from '../system/watch.js';
import type { CanAbort } from './connection.js';
import type { Readiness } from './ready.js';
import { descriptorsOf, lookAtAll, readinessOf, type Waited } from './waited.js';

/**
 * Waits until at least one of the objects is ready, and gives those that are, in their order: connections and queues from
 * which something can be received without waiting (also the end), sentinels of processes that have ended, sockets and
 * descriptors that are readable. Nothing is taken.
 *
 * @param timeout milliseconds; for ever unless given. When they are over, the list is empty
 *
 * @example
 * for (let open = readers; open.length > 0;) {
 *   for (const reader of await wait(open)) {
 *     try {
 *       console.log(await reader.recv());
 *     } catch {
 *       open = open.filter((other) => other !== reader); // its end
 *     }
 *   }
 * }
 *
 * @throws {TypeError} ERR_WAIT_OBJECT, ERR_TIMEOUT_VALUE
 * @throws {OSError} ERR_BAD_DESCRIPTOR; ERR_CONNECTION_CLOSED: one of them is closed here, or while it waits
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.wait
 */
export async function wait<T extends Waited>(
  objects: Iterable<T>,
  timeout?: number | null,
  { signal }: CanAbort = {},
): Promise<T[]> {
  const { all, sources, deadline } = begin(objects, timeout);
  signal?.throwIfAborted();
  for (let ready = pick(all, lookAtAll(sources, false)); ; ready = pick(all, lookAtAll(sources, false))) {
    const left = deadline - performance.now();
    if (ready.length > 0 || left <= 0) return ready;
    // Empty once more when others were quicker to take what there was.
    await untilSomeIs(sources, left, signal);
  }
}

/**
 * Like `wait`, and blocks the calling thread.
 *
 * @example
 * const ready = waitSync([connection, child.sentinel], 1000);
 *
 * @throws {RuntimeError} ERR_WAITS_FOR_ITSELF: no other thread has been given any of them, and the wait would never end
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.wait
 */
export function waitSync<T extends Waited>(objects: Iterable<T>, timeout?: number | null): T[] {
  const { all, sources, deadline } = begin(objects, timeout);
  const ready = pick(all, lookAtAll(sources, false));
  if (ready.length > 0 || deadline <= performance.now()) return ready;
  if (deadline === Infinity) refuseToWaitAlone(sources);
  return pick(all, blockUntilSomeIs(sources, deadline));
}

function refuseToWaitAlone(sources: readonly Readiness[]): void {
  if (sources.every((source) => 'waitable' in source && isAlone(source.waitable)))
    throw waitsForItself('waitSync for things that no other thread has been given');
}

function begin<T>(objects: Iterable<T>, timeout: number | null | undefined) {
  const deadline = performance.now() + patience({ timeout: timeout ?? undefined });
  const all = [...objects];
  return { all, sources: all.map(readinessOf), deadline };
}

function pick<T>(objects: readonly T[], ready: readonly boolean[]): T[] {
  return objects.filter((_, place) => ready[place]);
}

function untilSomeIs(sources: readonly Readiness[], left: number, signal: AbortSignal | undefined): Promise<void> {
  const over = new AbortController();
  const ends: (() => void)[] = [() => over.abort()];
  const waiting = new Promise<void>((resolve, reject) => {
    const onAbort = ({ target }: Event): void => reject((target as AbortSignal).reason);
    for (const ending of [signal, ...sources.map(({ closed }) => closed)]) {
      ending?.addEventListener('abort', onAbort);
      ends.push(() => ending?.removeEventListener('abort', onAbort));
    }
    if (left !== Infinity) {
      const timer = setTimeout(resolve, Math.min(left, LONGEST_TIMER));
      ends.push(() => clearTimeout(timer));
    }
    for (const source of sources) {
      if ('waitable' in source) {
        waitAsync(source.waitable, { signal: over.signal }).then(() => resolve(), reject);
      } else ends.push(watchReadable(source.fd, resolve));
    }
  });
  return waiting.finally(() => {
    for (const end of ends) end();
  });
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Stands in all lines as one that awaits, and sleeps until its doorbell rings or a descriptor is readable. */
function blockUntilSomeIs(sources: readonly Readiness[], deadline: number): boolean[] {
  const bell = bellDescriptor();
  const descriptors = [bell, ...descriptorsOf(sources)];
  let rung = false;
  const entries: Entry[] = [];
  try {
    for (let look = FIRST_LOOK, patient = false; ;) {
      enterAll(sources, entries);
      const ready = lookAtAll(sources, patient);
      const left = deadline - performance.now();
      if (left <= 0 || ready.includes(true)) return ready;
      const events = pollReadable(descriptors, Math.ceil(Math.min(left, look)));
      patient = !events.includes(true);
      if (events[0]) {
        rung = true;
        unmuteBell();
        drain(bell);
      }
      leaveAll(entries);
      if (!patient) continue;
      sweep();
      look = Math.min(look * 2, LAST_LOOK);
    }
  } finally {
    leaveAll(entries);
    // It may have been rung for the event loop too.
    if (rung) ringAgain(self());
  }
}

/** Adds each entry at once: should there be no room for the next one, those that are made have to be left. */
function enterAll(sources: readonly Readiness[], entries: Entry[]): void {
  for (const source of sources) {
    if (!('waitable' in source)) continue;
    entries.push(enterLine(source.waitable.line, { blocking: false, cares: source.waitable.cares }));
  }
}

/** Whoever only looks takes nothing: a call is passed on. */
function leaveAll(entries: Entry[]): void {
  for (const entry of entries.splice(0)) if (leaveLine(entry)) call(entry.line);
}
