import { AssertionError } from '../errors.js';
import { self } from '../memory/slots.js';
import type { Process } from '../process/process.js';
import { Coroutines } from './coroutines.js';
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
  /** Slot id of the process that has the pool. */
  readonly maker: number;
  readonly engine: Engine;
  readonly counter: Counter;
  readonly house: House;
}

let pools = 0;

/** Makes what runs the tasks of a pool, with those who look on. `nameOf` gives the workers their names. */
export function openEngine(
  type: typeof Process,
  size: number,
  options: PoolOptions<readonly unknown[]>,
  nameOf?: (worker: number) => string,
): Opened {
  const { initializer, initargs = [], stdio = 'inherit', graceMs = GRACE, memoryLimit = Infinity } = options;
  const counter = new Counter();
  const trace = options.trace === undefined ? [] : [new Trace(options.trace)];
  const observer = new Observers([counter, new Events(++pools), ...trace]);
  const house = new House(options.inline ? 'inherit' : stdio);
  const initialize = (): unknown => initializer?.(...initargs);
  const makeEngine = (): Engine => {
    if (options.inline) return new Inline(observer, initialize);
    if (type.startMethod === 'coroutine') return new Coroutines(observer, initialize, { size, graceMs });
    return new Scheduler({
      size,
      type,
      nameOf,
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
  };
  return { maker: self(), engine: makeEngine(), counter, house };
}

/** @throws {AssertionError} ERR_POOL_FOREIGN: this process was forked from the pool's: it has a copy, and no workers */
export function engineOf(opened: Opened): Engine {
  if (isOurs(opened)) return opened.engine;
  throw new AssertionError('ERR_POOL_FOREIGN', 'a pool can only be used by the process that made it');
}

/** One that nobody refers to any more gets no more tasks: what it has been asked for is still done, then it ends. */
export function closeWhenDropped(owner: object, opened: Opened): void {
  dropped.register(owner, opened);
}

const dropped = new FinalizationRegistry<Opened>((opened) => {
  if (isOurs(opened)) void opened.engine.close();
});

function isOurs({ maker }: Opened): boolean {
  return maker === self();
}
