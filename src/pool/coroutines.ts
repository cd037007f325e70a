import { currentTask as currentCoroutine, Task as Coroutine } from '../coroutines/task.js';
import { waitAsync } from '../sync/await.js';
import { now } from '../system/clock.js';
import { findTaskBy, Task } from './current-task.js';
import type { Errand } from './errand.js';
import { Local, type LocalJob } from './local.js';
import type { Observer } from './observer.js';
import { run } from './perform.js';
import type { TaskLink } from './task-link.js';
import { PARTS_AHEAD, type Send } from './yields.js';

/** What `currentTask` tells a task about itself. */
interface Own {
  readonly link: () => TaskLink;
  task: Task | undefined;
}

const ofCoroutines = new WeakMap<object, Own>();

/**
 * Runs the tasks of a pool as coroutines of this thread, so many at a time, on the very objects. One that is cancelled is
 * killed; if it waits for something that cannot be ended from outside, its place is given to another after `graceMs`, and
 * what becomes of it is nobody's concern.
 */
export class Coroutines extends Local<readonly unknown[]> {
  readonly size: number;
  readonly #graceMs: number;
  /** For each task that runs: what ends it where it waits. */
  readonly #kills = new Map<Errand, (error: unknown) => void>();

  constructor(observer: Observer, initialize: () => unknown, { size, graceMs }: { size: number; graceMs: number }) {
    super(observer, initialize);
    this.size = size;
    this.#graceMs = graceMs;
    findTaskBy(currentTaskOfPool);
  }

  protected override take(message: readonly unknown[]): readonly unknown[] {
    return [...message];
  }

  override cancel(errand: Errand, error: unknown): void {
    super.cancel(errand, error);
    this.#kills.get(errand)?.(error);
  }

  protected override async perform(errand: Errand, items: readonly unknown[]): Promise<void> {
    // Not in the coroutine: what it makes outlives that, and would keep it.
    const failure = await this.initialize().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failure || errand.isCancelled) return this.errands.finish(errand, 'failed', failure?.error);
    const started = now();
    const coroutine = new Coroutine(() => this.#run(errand, items), errand.job.target);
    const own: Own = { link: () => linkOf(coroutine, errand.options.onReport), task: undefined };
    ofCoroutines.set(coroutine, own);
    await this.#end(errand, coroutine);
    own.task?.end();
    errand.ticket.took = now() - started;
    if (coroutine.successful()) this.errands.finish(errand, 'done', coroutine.value);
    else this.errands.finish(errand, 'failed', coroutine.exception);
  }

  /** Resolves when a task has ended, or has been left to itself. */
  async #end(errand: Errand, coroutine: Coroutine): Promise<void> {
    let patience: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      coroutine.onEnd(() => {
        resolve();
        return true; // who asked for the task is told
      });
      this.#kills.set(errand, (error) => {
        coroutine.kill(error);
        patience = setTimeout(resolve, this.#graceMs);
      });
    });
    clearTimeout(patience);
    this.#kills.delete(errand);
  }

  #run(errand: Errand, items: readonly unknown[]): unknown {
    const { kind, job, options } = errand;
    const work = {
      kind,
      send: this.#sendPartsOf(errand),
      timer: options.timeout === undefined ? undefined : this.#timerOf(errand),
    };
    return run(work, (job as LocalJob).run, [...items]);
  }

  // One that has been left to itself has no ticket any more.

  #timerOf(errand: Errand): { startedAt: number } {
    const isOurs = (): boolean => this.errands.has(errand);
    return {
      get startedAt() {
        return errand.ticket.startedAt;
      },
      set startedAt(time) {
        if (isOurs()) errand.ticket.startedAt = time;
      },
    };
  }

  #sendPartsOf(errand: Errand): Send {
    const { receiver, ticket } = errand;
    const isUnwanted = (): boolean => !this.errands.has(errand) || ticket.isAborted;
    let sent = 0;
    return async (part) => {
      if (isUnwanted()) return false;
      receiver.part?.(part);
      sent++;
      const attempt = (): true | undefined => isUnwanted() || sent - ticket.partsRead < PARTS_AHEAD || undefined;
      await waitAsync({ line: ticket.roomLine, cares: false, attempt });
      return !isUnwanted();
    };
  }
}

function linkOf({ signal }: Coroutine, report: ((value: unknown) => void) | undefined): TaskLink {
  let close = (): void => {};
  const aborted = new Promise<boolean>((resolve) => {
    if (signal.aborted) resolve(true);
    signal.addEventListener('abort', () => resolve(true));
    close = () => resolve(false);
  });
  return {
    isAborted: () => signal.aborted,
    whenAborted: () => aborted,
    report: (value) => report?.(value),
    close,
  };
}

function currentTaskOfPool(): Task | undefined {
  const coroutine = currentCoroutine();
  const own = coroutine && ofCoroutines.get(coroutine);
  if (own) own.task ??= new Task(own.link());
  return own?.task;
}
