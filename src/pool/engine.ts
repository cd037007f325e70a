import type { Errand, Request } from './errand.js';
import type { Job } from './jobs.js';

/** What runs the tasks of a pool: workers (scheduler.ts), or this thread itself (coroutines.ts, inline.ts). */
export interface Engine {
  /** How many tasks may run at a time. */
  readonly size: number;
  /** How many workers there are now. */
  readonly workers: number;
  /** Whether every task that comes now fails. */
  readonly isBroken: boolean;
  /** Whether inputs are to be read to their end, though nobody asks for results. */
  readonly hurries: boolean;
  /** Tasks that are under way, and those of them that run. */
  count(): { readonly underWay: number; readonly running: number };
  /** Says that tasks will come from an input until `closeInput`; it is called when it has to hurry. */
  openInput(input: () => void): void;
  closeInput(input: () => void): void;
  /** @throws {PicklingError} the function cannot travel */
  jobOf(target: object): Job;
  /**
   * Has a task run; undefined when its receiver has been told that it will not.
   *
   * @throws {PicklingError} the message cannot travel
   */
  submit(request: Request): Errand | undefined;
  /** Fails a task, and sees to it that it ends. */
  cancel(errand: Errand, error: unknown): void;
  /** Cancels all tasks of one call. */
  cancelGroup(group: object, error: unknown): void;
  /** Cancels a task that has not begun; false when it has. */
  cancelQueued(errand: Errand, error: unknown): boolean;
  isRunning(errand: Errand): boolean;
  /** Says that a part of what a task has yielded has been read. */
  countPartRead(errand: Errand): void;
  /** Ends when it has done what there is to do. */
  close(): Promise<void>;
  /** What it has failed with, if it has. */
  readonly failure: unknown;
  /** Ends at once; every task fails with `error`. Who does not end by itself within `graceMs` is killed. */
  fail(error: unknown, graceMs?: number): void;
  /** Resolves when it has ended. */
  ended(): Promise<void>;
}
