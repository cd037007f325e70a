import type { Job } from './jobs.js';
import type { Ticket } from './ticket.js';

/** What becomes of a task: its value, or its error; and what it tells before. */
export interface Receiver {
  done(value: unknown): void;
  failed(error: unknown): void;
  /** Values that it has yielded. */
  part?(values: readonly unknown[]): void;
  /** What it has reported. */
  report?(value: unknown): void;
}

/** What a task consists of. */
export interface Request {
  readonly job: Job;
  readonly kind: number;
  /** What the job's function is called with. */
  readonly message: readonly unknown[];
  readonly receiver: Receiver;
  readonly options: TaskOptions;
  /** The place of its first item in the input it belongs to. */
  readonly first: number;
  /** The call that it is a part of, if it is one of many. */
  readonly group: object | undefined;
}

/** What may be said about one task. */
export interface TaskOptions {
  /**
   * Cancels: the promise rejects with the signal's reason, what is queued is dropped, and what runs is aborted (see
   * `currentTask`) and, should it not end within the pool's `graceMs`, killed with its worker.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that a call of the function may take, from its start; it is cancelled then, as by `signal`. */
  readonly timeout?: number | undefined;
  /** How many times a task is run anew when its worker dies over it; 0 unless given. */
  readonly retries?: number | undefined;
  /** Gets what the task reports (see `currentTask`). */
  readonly onReport?: ((value: unknown) => void) | undefined;
}

/** A task that is under way, as the pool knows it. */
export interface Errand extends Omit<Request, 'message'> {
  readonly ticket: Ticket;
  /** How many items it is for; of a single call, how many arguments it has. */
  readonly length: number;
  /** Which of all tasks of the store it is. */
  number: number;
  readonly queuedAt: number;
  /** What was sent, kept while it may have to be sent again. */
  message: Uint8Array | undefined;
  retries: number;
  /** Settles when what has come of it has been read: something has to be imported for that. */
  arriving: Promise<void> | undefined;
  /** Its result has come, though it may not have been read yet. */
  isAnswered: boolean;
  /** Its receiver has been told; it is still in a worker's hands. */
  isCancelled: boolean;
  /** Takes down what watches over it: its timers, and its listener on a signal. */
  unwatch: (() => void) | undefined;
}
