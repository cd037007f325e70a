import { pack, unpack } from '../channel/message.js';
import type { Taken } from '../channel/store.js';
import { ProcessError, ValueError } from '../errors.js';
import { holdLoop, letLoopGo, listen } from '../memory/doorbell.js';
import { lookAgain, waitAsync } from '../sync/await.js';
import type { Waitable } from '../sync/wait.js';
import { crash } from './crash.js';
import { Crew, type CrewOptions, type Death } from './crew.js';
import { Jobs, type Job } from './jobs.js';
import { BROKEN, DONE, noteFor, Share, STOP, UNREADY } from './share.js';

/** What becomes of a task: its value, or its error. */
export interface Settle {
  done(value: unknown): void;
  failed(error: unknown): void;
}

interface Task {
  readonly job: Job;
  readonly settle: Settle;
  /** Its result has come, and something has to be imported before it can be read. */
  arrived: boolean;
}

// Results that are handled before the event loop gets its turn.
const BATCH = 2000;

// Workers that may die before their first task, in a row in which no result has come.
const DEATHS_ALLOWED = 5;

/** Gives tasks to workers and results to those who asked for them; replaces workers that die. See share.ts. */
export class Scheduler {
  readonly #share: Share;
  readonly #crew: Crew;
  readonly #jobs = new Jobs();
  readonly #tasks = new Map<number, Task>();
  readonly #results: Waitable<Taken | 'no more'>;
  #number = 0;
  #deathsInVain = 0;
  #stopping = false;
  #broken: unknown;
  #idle: (() => void) | undefined;
  /** Inputs that are read as results are asked for, and are not at their end yet. */
  readonly #inputs = new Set<() => void>();
  #hurries = false;
  #disposed = false;

  constructor(options: Omit<CrewOptions, 'share' | 'onDeath' | 'onFailure'>) {
    const share = Share.create(options.size);
    this.#share = share;
    this.#results = { line: share.results.messages, cares: false, attempt: () => this.#nextResult() };
    listen();
    this.#crew = new Crew({
      ...options,
      share,
      onDeath: (death) => this.#bury(death),
      onFailure: (error) => this.fail(error),
    });
    void this.#deliver();
    void this.#crew.ended().then(() => this.#dispose());
  }

  get size(): number {
    return this.#crew.size;
  }

  /** Whether every task that comes now fails. */
  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** Whether inputs are to be read to their end, though nobody asks for results. */
  get hurries(): boolean {
    return this.#hurries;
  }

  /** Says that tasks will come from an input until `closeInput`; it is called when it has to hurry. */
  openInput(input: () => void): void {
    this.#inputs.add(input);
  }

  closeInput(input: () => void): void {
    this.#inputs.delete(input);
    this.#lookIdle();
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
    const number = this.#number;
    // First of all: it may fail for want of memory, and the store counts what it holds by the same numbers.
    this.#share.tasks.put(pack(message), job.parcel, noteFor(kind, job.number));
    this.#number = (number + 1) | 0;
    job.uses++;
    if (this.#tasks.size === 0) holdLoop();
    this.#tasks.set(number, { job, settle, arrived: false });
  }

  /** Lets the workers end when they have done what there is to do. */
  async close(): Promise<void> {
    this.#hurries = true;
    for (const readOn of this.#inputs) readOn();
    if (!this.#isIdle()) await new Promise<void>((resolve) => (this.#idle = resolve));
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
    // Whoever joins keeps the program alive; the workers alone do not.
    holdLoop();
    try {
      await this.#crew.ended();
    } finally {
      letLoopGo();
    }
  }

  /** Gives back what the pool holds, when nobody uses it any more. */
  #dispose(): void {
    this.#broken ??= new ValueError('ERR_POOL_NOT_RUNNING', 'Pool not running');
    this.#disposed = true;
    lookAgain(this.#results.line);
    this.#jobs.dispose();
    this.#share.dispose();
  }

  #nextResult(): Taken | 'no more' | undefined {
    return this.#disposed ? 'no more' : this.#share.results.takeToKeep();
  }

  async #deliver(): Promise<void> {
    for (;;) {
      const first = (await waitAsync(this.#results, { ref: false }))!;
      if (first === 'no more') return;
      this.#receive(first);
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
    const task = this.#tasks.get(result.tag);
    if (task === undefined) return;
    const failed = (error: unknown): void => this.#settle(result.tag, (settle) => settle.failed(error));
    const done = (arrived: unknown): void => this.#settle(result.tag, (settle) => settle.done(arrived));
    const settle = result.note === DONE ? done : failed;
    if (!(value instanceof Promise)) return settle(value);
    task.arrived = true;
    value.then(settle, failed);
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
    this.#lookIdle();
  }

  #isIdle(): boolean {
    return this.#tasks.size === 0 && this.#inputs.size === 0;
  }

  #lookIdle(): void {
    if (this.#isIdle()) this.#idle?.();
  }

  /** Settles what a dead worker had in hand; says whether another takes its place. */
  #bury(death: Death): boolean {
    this.#drain(Infinity);
    const number = this.#share.held(death.worker);
    this.#share.expect(death.worker);
    if (this.#isLost(number, death.worker)) {
      this.#settle(number, (task) => task.failed(crash(death, 'while it had the task in hand')));
    } else if (number === UNREADY && !this.#stopping && ++this.#deathsInVain > DEATHS_ALLOWED) {
      this.fail(crash(death, 'before its first task, as did those before it'));
    }
    return !this.#stopping || (this.#broken === undefined && this.#tasks.size > 0);
  }

  /** Whether a task has been taken, and nobody who lives has it. */
  #isLost(number: number, worker: number): boolean {
    const task = this.#tasks.get(number);
    if (task === undefined || task.arrived || !this.#share.tasks.wasTaken(number)) return false;
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
