import fs from 'node:fs';
import type { Death } from './crew.js';
import type { Errand } from './errand.js';
import type { End } from './errands.js';
import type { Observer } from './observer.js';
import { now } from '../system/clock.js';

// Events that are gathered before they are written.
const GATHERED = 1000;
const MICROSECONDS = 1000;

/**
 * Writes what happens in a pool as a file in the trace event format, which Perfetto (https://ui.perfetto.dev) and
 * chrome://tracing open. Its end may be missing, as when the program was killed: they do not mind.
 */
export class Trace implements Observer {
  readonly #fd: number;
  readonly #began = now();
  readonly #names = new Map<number, string>();
  #text = '[\n';
  #events = 0;
  #isOpen = true;

  /** @throws an error of the file system */
  constructor(file: string) {
    this.#fd = fs.openSync(file, 'w');
  }

  queued(): void {}

  settled({ ticket, job, length, queuedAt }: Errand, end: End): void {
    if (!ticket.hasBegun) return;
    const started = ticket.startedAt;
    // One that has been cancelled or has died did not come to say how long it took.
    const took = end === 'done' || end === 'failed' ? ticket.took : now() - started;
    this.#write({
      name: job.target,
      cat: end,
      ph: 'X',
      ts: this.#time(started),
      dur: took * MICROSECONDS,
      tid: ticket.worker,
      args: { end, waited: `${Math.max(0, started - queuedAt).toFixed(3)} ms`, items: length },
    });
  }

  workerStarted(worker: number, name: string, pid: number): void {
    this.#names.set(worker, name);
    this.#write({ name: 'thread_name', ph: 'M', tid: worker, args: { name: `worker ${worker}` } });
    this.#write({ name: `${name} (${pid}) started`, ph: 'i', s: 't', ts: this.#time(now()), tid: worker });
  }

  workerEnded({ worker, name, pid, exitCode }: Death): void {
    this.#write({
      name: `${name} (${pid}) ended with ${exitCode}`,
      ph: 'i',
      s: 't',
      ts: this.#time(now()),
      tid: worker,
    });
  }

  ended(): void {
    if (!this.#isOpen) return;
    this.#write({ name: 'process_name', ph: 'M', args: { name: `pool of ${process.pid}` } });
    this.#flush();
    fs.writeSync(this.#fd, '{}]\n');
    fs.closeSync(this.#fd);
    this.#isOpen = false;
  }

  #time(milliseconds: number): number {
    return (milliseconds - this.#began) * MICROSECONDS;
  }

  #write(event: object): void {
    if (!this.#isOpen) return;
    this.#text += `${JSON.stringify({ pid: process.pid, ...event })},\n`;
    if (++this.#events % GATHERED === 0) this.#flush();
  }

  #flush(): void {
    fs.writeSync(this.#fd, this.#text);
    this.#text = '';
  }
}
