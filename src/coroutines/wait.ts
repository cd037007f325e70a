import { RuntimeError } from '../errors.js';
import { limitsOf } from '../queue/limits.js';
import { Event } from './event.js';
import { currentTask, type Task } from './task.js';

/** How long to wait, and what ends the wait before. */
export interface WaitAllOptions {
  /** How many are enough; all unless given. */
  readonly count?: number | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  /** Ends the wait: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits for tasks to end and events to be set. Gives those that are ready, in the order in which they became so; fewer
 * than all when `timeout` milliseconds are over.
 *
 * @example
 * const stopped = new Event();
 * const task = spawn(sleep, 10);
 * const [first] = await wait([task, stopped], { count: 1 }); // the task
 *
 * @throws {RuntimeError} ERR_TASK_JOINS_ITSELF
 * @see https://www.gevent.org/api/gevent.html#gevent.wait
 */
export async function wait<W extends Task | Event>(objects: Iterable<W>, options: WaitAllOptions = {}): Promise<W[]> {
  const all = [...objects];
  const { timeout, signal } = limitsOf({ timeout: options.timeout, signal: options.signal });
  const enough = Math.min(options.count ?? all.length, all.length);
  const ready = all.filter((object) => object.ready());
  if (ready.length >= enough || timeout === 0) return ready;
  const others = all.filter((object) => object !== currentTask());
  if (enough > others.length) throw new RuntimeError('ERR_TASK_JOINS_ITSELF', 'a coroutine would wait for its own end');
  const isEnough = new Event();
  const stop = new AbortController();
  const watch = async (object: W): Promise<void> => {
    await (object instanceof Event ? object.wait({ signal: stop.signal }) : object.join({ signal: stop.signal }));
    if (ready.push(object) >= enough) isEnough.set();
  };
  for (const object of others) if (!object.ready()) watch(object).catch(() => {}); // it was stopped
  try {
    await isEnough.wait({ timeout, signal });
  } finally {
    stop.abort();
  }
  return [...ready];
}

/**
 * Waits for tasks to end. Gives those that have ended; fewer than all when `timeout` milliseconds are over.
 *
 * @example
 * await joinAll([spawn(fetchPage, 'a.html'), spawn(fetchPage, 'b.html')], { raiseError: true });
 *
 * @throws what a task has thrown, with `raiseError`
 * @see https://www.gevent.org/api/gevent.html#gevent.joinall
 */
export async function joinAll<T>(
  tasks: Iterable<Task<T>>,
  { raiseError = false, ...options }: WaitAllOptions & { readonly raiseError?: boolean } = {},
): Promise<Task<T>[]> {
  const ended = (await wait(tasks as Iterable<Task>, options)) as Task<T>[];
  if (raiseError) for (const task of ended) await task.get();
  return ended;
}
