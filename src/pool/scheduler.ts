import { pack, unpack } from '../channel/message.js';
import type { Taken } from '../channel/store.js';
import { ProcessError, WorkerCrashedError } from '../errors.js';
import { holdLoop, letLoopGo, listen } from '../memory/doorbell.js';
import { waitAsync } from '../sync/await.js';
import type { Waitable } from '../sync/wait.js';
import { Crew, type CrewOptions, type Death } from './crew.js';
import { Jobs, type Job } from './jobs.js';
import { BROKEN, DONE, noteFor, Share, STOP } from './share.js';

/** What becomes of a task: its value, or its error. */
export interface Settle {
  done(value: unknown): void;
  failed(error: unknown): void;
}

interface Task {
  readonly job: Job;
  readonly settle: Settle;
}

// Results that are handled before the event loop gets its turn.
const BATCH = 2000;

// Workers that may die in a row before any of them has delivered a result.
const DEATHS_ALLOWED = 5;

/** Gives tasks to workers and results to those who asked for them; replaces workers that die. See share.ts. */
export class Scheduler {
  readonly #share: Share;
  readonly #crew: Crew;
  readonly #jobs = new Jobs();
  readonly #tasks = new Map<number, Task>();
  readonly #results: Waitable<Taken>;
  #number = 0;
  #deathsInVain = 0;
  #stopping = false;
  #broken: unknown;
  #idle: (() => void) | undefined;

  constructor(options: Omit<CrewOptions, 'share' | 'onDeath' | 'onFailure'>) {
    const share = Share.create(options.size);
    this.#share = share;
    this.#results = { line: share.results.messages, cares: false, attempt: () => share.results.takeToKeep() };
    listen();
    this.#crew = new Crew({
      ...options,
      share,
      onDeath: (death) => this.#bury(death),
      onFailure: (error) => this.fail(error),
    });
    void this.#deliver();
  }

  get size(): number {
    return this.#crew.size;
  }

  jobOf(target: object): Job {
    return this.#jobs.of(target);
  }

  /**
   * Has a worker run a task. `message` is what the function of the job is called with.
   *
   * @throws {PicklingError} the message cannot travel
   */
  submit(job: Job, kind: number, message: readonly unknown[], settle: Settle): void {
    if (this.#broken !== undefined) return settle.failed(this.#broken);
    const bytes = pack(message);
    const number = this.#number;
    this.#number = (number + 1) | 0;
    job.uses++;
    if (this.#tasks.size === 0) holdLoop();
    this.#tasks.set(number, { job, settle });
    this.#share.tasks.put(bytes, job.parcel, noteFor(kind, job.number));
  }

  /** Resolves when no task is under way. */
  async idle(): Promise<void> {
    if (this.#tasks.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /** Lets the workers end when they have done what there is to do. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    const nothing = pack([]);
    for (let worker = this.#crew.size; worker > 0; worker--) this.#share.tasks.put(nothing, 0, noteFor(STOP, 0));
  }

  /** Ends the workers, and every task with `error`. */
  fail(error: unknown): void {
    this.#broken ??= error;
    this.#stopping = true;
    this.#crew.terminate();
    for (const number of new Set(this.#tasks.keys())) this.#settle(number, (task) => task.failed(this.#broken));
  }

  terminate(): void {
    this.fail(new ProcessError('ERR_POOL_TERMINATED', 'the pool has been terminated before the task was done'));
  }

  /** Resolves when all workers have ended. */
  async ended(): Promise<void> {
    await this.#crew.ended();
  }

  dispose(): void {
    this.#jobs.dispose();
  }

  async #deliver(): Promise<void> {
    for (;;) {
      const first = await waitAsync(this.#results, { ref: false });
      this.#receive(first!);
      if (!this.#drain(BATCH)) await new Promise(setImmediate);
    }
  }

  /** Says whether nothing is left. */
  #drain(limit: number): boolean {
    for (let count = 0; count < limit; count++) {
      const result = this.#share.results.take();
      if (result === undefined) return true;
      this.#receive(result);
    }
    return false;
  }

  #receive(result: Taken): void {
    const value = read(result);
    if (result.note === BROKEN) return void this.#break(value);
    this.#deathsInVain = 0;
    this.#settle(result.tag, (task) => finish(task, result.note === DONE, value));
  }

  async #break(error: unknown): Promise<void> {
    this.fail(await error);
  }

  #settle(number: number, how: (settle: Settle) => void): void {
    const task = this.#tasks.get(number);
    if (task === undefined) return;
    this.#tasks.delete(number);
    task.job.uses--;
    how(task.settle);
    if (this.#tasks.size > 0) return;
    letLoopGo();
    this.#idle?.();
  }

  /** Settles what a dead worker had in hand; says whether another takes its place. */
  #bury(death: Death): boolean {
    this.#drain(Infinity);
    const number = this.#share.held(death.worker);
    this.#share.empty(death.worker);
    if (this.#isLost(number, death.worker)) {
      this.#settle(number, (task) => task.failed(crash(death)));
    } else if (!this.#stopping && ++this.#deathsInVain > DEATHS_ALLOWED) {
      this.fail(crash(death));
    }
    return !this.#stopping || (this.#broken === undefined && this.#tasks.size > 0);
  }

  /** Whether a task has been taken, and nobody who lives has it. */
  #isLost(number: number, worker: number): boolean {
    if (!this.#tasks.has(number) || !this.#share.tasks.wasTaken(number)) return false;
    for (const other of this.#crew.others(worker)) if (this.#share.held(other) === number) return false;
    return true;
  }
}

function read(result: Taken): unknown {
  try {
    return unpack(result);
  } catch (error) {
    return Promise.reject(error);
  }
}

function finish(settle: Settle, done: boolean, value: unknown): void {
  if (!(value instanceof Promise)) return done ? settle.done(value) : settle.failed(value);
  const failed = (error: unknown): void => settle.failed(error);
  value.then((arrived) => finish(settle, done, arrived), failed);
}

function crash({ pid, exitCode }: Death): WorkerCrashedError {
  const how = exitCode < 0 ? `signal ${-exitCode}` : `exit code ${exitCode}`;
  const death = exitCode < 0 ? { exitCode: null, signal: String(-exitCode) } : { exitCode, signal: null };
  return new WorkerCrashedError(`worker ${pid} ended with ${how} while it had the task in hand`, { pid, ...death });
}

