import type { Channel } from 'node:diagnostics_channel';
import type { Death } from './crew.js';
import type { Errand } from './errand.js';
import type { End } from './errands.js';
import type { Observer } from './observer.js';

/**
 * Publishes what happens in a pool by `node:diagnostics_channel`:
 *
 *   manyfold:pool:queued          { pool, target, items }
 *   manyfold:pool:settled         { pool, target, items, end, waited, took }     times in milliseconds
 *   manyfold:pool:worker-started  { pool, name, pid }
 *   manyfold:pool:worker-ended    { pool, name, pid, exitCode }
 */
export class Events implements Observer {
  readonly #pool: number;
  readonly #queued = channel('queued');
  readonly #settled = channel('settled');
  readonly #workerStarted = channel('worker-started');
  readonly #workerEnded = channel('worker-ended');

  constructor(pool: number) {
    this.#pool = pool;
  }

  queued({ job, length }: Errand): void {
    if (!this.#queued.hasSubscribers) return;
    this.#queued.publish({ pool: this.#pool, target: job.target, items: length });
  }

  settled({ job, length, ticket, queuedAt }: Errand, end: End): void {
    if (!this.#settled.hasSubscribers) return;
    const hasRun = end === 'done' || end === 'failed';
    this.#settled.publish({
      pool: this.#pool,
      target: job.target,
      items: length,
      end,
      waited: hasRun ? Math.max(0, ticket.startedAt - queuedAt) : undefined,
      took: hasRun ? ticket.took : undefined,
    });
  }

  workerStarted(_worker: number, name: string, pid: number): void {
    this.#workerStarted.publish({ pool: this.#pool, name, pid });
  }

  workerEnded({ name, pid, exitCode }: Death): void {
    this.#workerEnded.publish({ pool: this.#pool, name, pid, exitCode });
  }

  ended(): void {}
}

function channel(name: string): Channel {
  return process.getBuiltinModule('node:diagnostics_channel').channel(`manyfold:pool:${name}`);
}
