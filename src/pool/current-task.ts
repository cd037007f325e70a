import { RuntimeError } from '../errors.js';
import { inForkedChild } from '../system/generation.js';
import type { TaskLink } from './task-link.js';

/** The task that runs in this worker, for its own function. */
export class Task {
  #link: TaskLink | undefined;
  #signal: AbortSignal | undefined;

  /** Made by the pool that runs it; `currentTask` gives it. */
  constructor(link: TaskLink) {
    this.#link = link;
  }

  /**
   * Aborted when the caller wants the result no more: by its own `signal`, by its `timeout`, or by leaving the loop.
   * `aborted` and `throwIfAborted()` look at that very moment, so a loop that never awaits can ask them as well.
   *
   * @example
   * const count = (limit: number) => {
   *   const { signal } = currentTask()!;
   *   for (let n = 0; n < limit; n++) if (n % 1000 === 0) signal.throwIfAborted();
   * };
   */
  get signal(): AbortSignal {
    return (this.#signal ??= makeSignal(this.#openLink()));
  }

  /**
   * Tells something to the one who asked for the task, who gets it by `onReport`.
   *
   * @throws {PicklingError} it cannot travel
   * @throws {RuntimeError} ERR_TASK_OVER: the task has ended
   */
  report(value: unknown): void {
    this.#openLink().report(value);
  }

  /** @internal */
  end(): void {
    this.#link?.close();
    this.#link = undefined;
  }

  #openLink(): TaskLink {
    if (this.#link) return this.#link;
    throw new RuntimeError('ERR_TASK_OVER', 'the task has ended, and nobody listens to it any more');
  }
}

function isAborted(signal: AbortSignal): boolean {
  return Reflect.get(AbortSignal.prototype, 'aborted', signal);
}

/** A signal that looks for itself whenever it is asked (`throwIfAborted` asks `aborted`), and is told between times. */
function makeSignal(link: TaskLink): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void => controller.abort(new DOMException('the task has been cancelled', 'AbortError'));
  Object.defineProperty(signal, 'aborted', {
    get: () => {
      if (!isAborted(signal) && link.isAborted()) abort();
      return isAborted(signal);
    },
  });
  void link.whenAborted().then((isSo) => isSo && !isAborted(signal) && abort());
  return signal;
}

let open: (() => TaskLink) | undefined;
let current: Task | undefined;

inForkedChild(() => {
  open = current = undefined;
});

/** In a coroutine that is a task: the task. */
let ofCoroutine: () => Task | undefined = () => undefined;

export function findTaskBy(find: () => Task | undefined): void {
  ofCoroutine = find;
}

/**
 * The task that this process runs at the moment, for the function of the task; null outside of a pool's tasks.
 *
 * @example
 * await pool.apply(() => currentTask()!.report('half way'), [], { onReport: console.log });
 */
export function currentTask(): Task | null {
  const own = ofCoroutine();
  if (own !== undefined) return own;
  if (open === undefined) return null;
  return (current ??= new Task(open()));
}

/** Says that a task begins. What it asks for is made when it asks: most ask for nothing. */
export function beginTask(makeLink: () => TaskLink): void {
  open = makeLink;
}

/** Says that the task is over; its object is of no use any more. */
export function endTask(): void {
  open = undefined;
  current?.end();
  current = undefined;
}
