import { lineOf } from '../memory/death.js';
import { readLabel, threadsInUse } from '../memory/label.js';
import { DONE, isGone, PID, readSlot, self } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import { header } from '../memory/program.js';
import { indexOf, slotBase } from '../memory/slots.js';
import { enterUnlessKnown } from './enter.js';
import { currentObject, foreignThread, mainObject, running } from './state.js';
import type { Thread } from './thread.js';

/**
 * The object of the thread in which it is called.
 *
 * @example
 * currentThread().name; // 'MainThread'
 *
 * @see https://docs.python.org/3/library/threading.html#threading.current_thread
 */
export function currentThread(): Thread {
  enterUnlessKnown();
  return currentObject()!;
}

/**
 * The object of the thread that this process has begun with.
 *
 * @example
 * currentThread() === mainThread(); // true, outside of threads
 *
 * @see https://docs.python.org/3/library/threading.html#threading.main_thread
 */
export function mainThread(): Thread {
  enterUnlessKnown();
  return mainObject()!;
}

/**
 * The threads of this process that run: the main thread, and all that were started, wherever that was.
 *
 * @example
 * for (const thread of enumerate()) console.log(thread.name);
 *
 * @see https://docs.python.org/3/library/threading.html#threading.enumerate
 */
export function enumerate(): Thread[] {
  const me = currentThread();
  const main = mainThread();
  const threads = me === main ? [main] : [main, me];
  for (const id of threadsInUse()) {
    const label = readLabel(id);
    if (label?.pid !== process.pid || id === self() || isGone(id)) continue;
    const known = running.get(id);
    threads.push(known ?? foreignThread({ ...label, id, nativeId: readSlot(id, PID) ?? null }));
  }
  return threads;
}

/**
 * How many threads of this process run.
 *
 * @example
 * activeCount(); // 1: the main thread
 *
 * @see https://docs.python.org/3/library/threading.html#threading.active_count
 */
export function activeCount(): number {
  return enumerate().length;
}

/**
 * The number of the thread in which it is called; no other thread of the machine has it at the same time.
 *
 * @example
 * getIdent() === currentThread().ident; // true
 *
 * @see https://docs.python.org/3/library/threading.html#threading.get_ident
 */
export function getIdent(): number {
  return currentThread().ident!;
}

/**
 * What the operating system calls the thread in which it is called; the same as `getIdent()`.
 *
 * @example
 * getNativeId(); // as in /proc/self/task
 *
 * @see https://docs.python.org/3/library/threading.html#threading.get_native_id
 */
export function getNativeId(): number {
  return currentThread().nativeId!;
}

/** Tells those who join this thread that its own code has ended; its threads may go on. */
export function sayDone(): void {
  Atomics.store(header(), slotBase(indexOf(self())) + DONE, 1);
  call(lineOf(self()), Infinity);
}
