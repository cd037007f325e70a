import type { Process } from '../process/process.js';
import { whenEnded } from '../process/children.js';
import type { Share } from './share.js';
import { work, type Assignment } from './worker.js';

/** How a worker ended. */
export interface Death {
  readonly worker: number;
  readonly pid: number;
  readonly exitCode: number;
}

export interface CrewOptions {
  readonly size: number;
  readonly share: Share;
  readonly type: typeof Process;
  readonly initializer: Assignment['initializer'];
  readonly initargs: readonly unknown[];
  readonly maxTasks: number;
  /** Called when a worker has ended; says whether another takes its place. */
  onDeath(death: Death): boolean;
  /** Called when a worker cannot be started. */
  onFailure(error: unknown): void;
}

/** The worker processes of a pool. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #workers = new Map<number, Process>();
  readonly #lives: Promise<void>[] = [];
  #stopping = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    for (let worker = 0; worker < options.size; worker++) this.#lives.push(this.#keep(worker));
  }

  /** How many workers there are now. */
  get size(): number {
    return this.#workers.size;
  }

  /** The numbers of the workers that live, but for one. */
  *others(worker: number): Iterable<number> {
    for (const other of this.#workers.keys()) if (other !== worker) yield other;
  }

  terminate(): void {
    this.#stopping = true;
    for (const worker of this.#workers.values()) if (worker.pid !== null) worker.terminate();
  }

  /** Resolves when all workers have ended and no other takes their place. */
  async ended(): Promise<void> {
    await Promise.all(this.#lives);
  }

  async #keep(worker: number): Promise<void> {
    try {
      while (this.#options.onDeath(await this.#live(worker)));
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  async #live(worker: number): Promise<Death> {
    const { share, type, initializer, initargs, maxTasks } = this.#options;
    const assignment: Assignment = { share, worker, initializer, initargs, maxTasks };
    const process = new type({ target: work, args: [assignment], daemon: true });
    process.name = process.name.replace('Process', 'PoolWorker');
    this.#workers.set(worker, process);
    try {
      await process.start();
      if (this.#stopping) process.terminate();
      await whenEnded(process);
      return { worker, pid: process.pid!, exitCode: process.exitCode! };
    } finally {
      this.#workers.delete(worker);
      process.close();
    }
  }
}
