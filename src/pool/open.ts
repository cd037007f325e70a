import type { Process } from '../process/process.js';
import type { Engine } from './engine.js';
import { Events } from './events.js';
import { Inline } from './inline.js';
import { Observers } from './observer.js';
import type { PoolOptions } from './options.js';
import { House } from './room.js';
import { Scheduler } from './scheduler.js';
import { Counter } from './stats.js';
import { Trace } from './trace.js';

const GRACE = 1000;

export interface Opened {
  readonly engine: Engine;
  readonly counter: Counter;
  readonly house: House;
}

let pools = 0;

/** Makes what runs the tasks of a pool, with those who look on. */
export function openEngine(type: typeof Process, size: number, options: PoolOptions<readonly unknown[]>): Opened {
  const { initializer, initargs = [], stdio = 'inherit', graceMs = GRACE, memoryLimit = Infinity } = options;
  const counter = new Counter();
  const trace = options.trace === undefined ? [] : [new Trace(options.trace)];
  const observer = new Observers([counter, new Events(++pools), ...trace]);
  const house = new House(options.inline ? 'inherit' : stdio);
  if (options.inline) return { engine: new Inline(observer, () => initializer?.(...initargs)), counter, house };
  const engine = new Scheduler({
    size,
    type,
    initializer,
    initargs,
    graceMs,
    house,
    observer,
    // One that is not needed is not kept, and so not started before it is needed.
    least: options.lazy || options.idleTimeout !== undefined ? 0 : size,
    limits: {
      tasks: options.maxTasksPerChild ?? Infinity,
      idle: options.idleTimeout ?? Infinity,
      age: options.maxAge ?? Infinity,
      rss: options.maxRss ?? Infinity,
    },
    setting: { creator: process.pid, inspect: options.inspect ?? false, memoryLimit, workers: size },
  });
  return { engine, counter, house };
}
