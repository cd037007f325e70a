import type { RecordableHistogram } from 'node:perf_hooks';
import type { Errand } from './errand.js';
import type { End } from './errands.js';
import type { Observer } from './observer.js';

/** Milliseconds, of all tasks that were done or failed. */
export interface Times {
  /** The shortest. */
  readonly min: number;
  /** The average. */
  readonly mean: number;
  /** Half of them were at most as long. */
  readonly p50: number;
  /** Nine of ten were at most as long. */
  readonly p90: number;
  /** 99 of 100 were at most as long. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

/** What a pool has done, and is doing. A task is an `apply`, or a chunk of items. */
export interface PoolStats {
  /** Workers there are now, and how many there have been. */
  readonly workers: number;
  /** How many workers were started since the pool began. */
  readonly workersStarted: number;
  /** Tasks that wait for a worker. */
  readonly queued: number;
  /** Tasks that workers have in hand. */
  readonly running: number;
  /** Tasks that have given a result. */
  readonly done: number;
  /** Tasks that have thrown, or whose worker died. */
  readonly failed: number;
  /** Tasks that were cancelled, or whose time was over. */
  readonly cancelled: number;
  /** Tasks that died with their workers. */
  readonly crashed: number;
  /** From being asked for to being begun. */
  readonly waitingTime: Times;
  /** How long tasks have run, in milliseconds. */
  readonly runningTime: Times;
}

const NANOSECONDS = 1e6;

/** Counts what happens in a pool. */
export class Counter implements Observer {
  readonly #ends: Record<End, number> = { done: 0, failed: 0, cancelled: 0, crashed: 0 };
  readonly #waiting = histogram();
  readonly #running = histogram();
  #workersStarted = 0;

  queued(): void {}

  settled({ ticket, queuedAt }: Errand, end: End): void {
    this.#ends[end]++;
    if (end !== 'done' && end !== 'failed') return;
    this.#running.record(nanoseconds(ticket.took));
    this.#waiting.record(nanoseconds(ticket.startedAt - queuedAt));
  }

  workerStarted(): void {
    this.#workersStarted++;
  }

  workerEnded(): void {}

  ended(): void {}

  stats(workers: number, { underWay, running }: { underWay: number; running: number }): PoolStats {
    return {
      workers,
      workersStarted: this.#workersStarted,
      queued: underWay - running,
      running,
      ...this.#ends,
      waitingTime: times(this.#waiting),
      runningTime: times(this.#running),
    };
  }
}

function histogram(): RecordableHistogram {
  return process.getBuiltinModule('node:perf_hooks').createHistogram();
}

/** A histogram knows nothing below one. */
function nanoseconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * NANOSECONDS));
}

function times(recorded: RecordableHistogram): Times {
  const at = (value: number): number => (recorded.count === 0 ? 0 : value / NANOSECONDS);
  return {
    min: at(recorded.min),
    mean: at(recorded.mean),
    p50: at(recorded.percentile(50)),
    p90: at(recorded.percentile(90)),
    p99: at(recorded.percentile(99)),
    max: at(recorded.max),
  };
}
