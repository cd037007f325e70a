import type { Calls, Local, Methods } from './calls.js';
import { addCalls } from './calls.js';
import * as collections from './collection-calls.js';
import { ConditionProxy, RLockProxy } from './owned-proxies.js';
import { BaseProxy, classesByProxy, classesByType, type ProxyClass } from './proxy.js';
import * as waiting from './waiting-calls.js';

/** The proxies of `SyncManager`'s types. */

/** Runs a function at the server, with the object itself: nobody else's call comes in between. */
export interface Transactions<Object> {
  transaction<R, Args extends readonly unknown[]>(
    change: (object: Object, ...args: Args) => R,
    ...args: Args
  ): Promise<R>;
  transactionSync<R, Args extends readonly unknown[]>(change: (object: Object, ...args: Args) => R, ...args: Args): R;
}

/** A proxy with the methods of a table, and transactions with the same methods. */
type ProxyOf<S> = Transactions<Local<S>> & BaseProxy & Methods<S>;

/** A dict of a manager, with the methods of a `Map` and Python's, each awaited. */
export type DictProxy = ProxyOf<typeof collections.dict>;
/** A list of a manager, with an array's methods and Python's, each awaited. */
export type ListProxy = ProxyOf<typeof collections.list> & AsyncIterable<unknown> & Walks;
/** A set of a manager, with the methods of a `Set` and Python's, each awaited. */
export type SetProxy = ProxyOf<typeof collections.set>;
/** Named values of a manager. */
export type NamespaceProxy = ProxyOf<typeof collections.namespace>;
/** A value of a manager. */
export type ValueProxy = ProxyOf<typeof collections.value>;
/** An array of a manager. */
export type ArrayProxy = ProxyOf<typeof collections.array>;
/** A generator or iterator that stays at the server. */
export type IteratorProxy = BaseProxy & Methods<typeof collections.iterator> & AsyncIterable<unknown>;
/** A queue of a manager. */
export type QueueProxy = BaseProxy & Methods<typeof waiting.queue>;
/** A lock or semaphore of a manager. */
export type AcquirerProxy = BaseProxy & Methods<typeof waiting.acquirer> & Holds;
/** An event of a manager. */
export type EventProxy = BaseProxy & Methods<typeof waiting.event>;
/** A barrier of a manager. */
export type BarrierProxy = BaseProxy & Methods<typeof waiting.barrier>;
/** A pool of a manager: its workers are children of the server. */
export type PoolProxy = BaseProxy & Methods<typeof waiting.pool> & AsyncDisposable;
/** A result of a manager's pool that is under way. */
export type ResultProxy = BaseProxy & Methods<typeof waiting.result>;
export type { ConditionProxy, RLockProxy } from './owned-proxies.js';

/** `await using held = await lock.hold()`, for what has no owner. */
interface Holds {
  hold(): Promise<AsyncDisposable>;
  holdSync(): Disposable;
}

const holds = {
  async hold(this: AcquirerProxy): Promise<AsyncDisposable> {
    await this.acquire();
    return { [Symbol.asyncDispose]: () => this.release() };
  },
  holdSync(this: AcquirerProxy): Disposable {
    this.acquireSync();
    return { [Symbol.dispose]: () => this.releaseSync() };
  },
};

/** The items as they are when their turn comes: what changes meanwhile is seen. */
interface Walks {
  values(): AsyncGenerator<unknown, void, undefined>;
  valuesSync(): Generator<unknown, void, undefined>;
}

const END = Symbol('end');

const walks = {
  async *values(this: ListProxy): AsyncGenerator<unknown, void, undefined> {
    for (let index = 0; ; index++) {
      const item = await this.at(index).catch(endAt);
      if (item === END) return;
      yield item;
    }
  },
  *valuesSync(this: ListProxy): Generator<unknown, void, undefined> {
    for (let index = 0; ; index++) {
      let item: unknown;
      try {
        item = this.atSync(index);
      } catch (error) {
        item = endAt(error);
      }
      if (item === END) return;
      yield item;
    }
  },
  [Symbol.asyncIterator](this: ListProxy): AsyncGenerator<unknown, void, undefined> {
    return this.values();
  },
};

function endAt(error: unknown): typeof END {
  if ((error as { name?: unknown }).name === 'IndexError') return END;
  throw error;
}

const steps = {
  async *[Symbol.asyncIterator](this: IteratorProxy): AsyncGenerator<unknown, void, undefined> {
    for (;;) {
      const item = await this.next().catch((error: unknown) => {
        if ((error as { name?: unknown }).name === 'StopIteration') return END;
        throw error;
      });
      if (item === END) return;
      yield item;
    }
  },
};

/** As CPython's `with`: terminates, and waits for the workers. */
const ends = {
  async [Symbol.asyncDispose](this: PoolProxy): Promise<void> {
    await this.terminate();
    await this.join();
  },
};

type Kind = readonly [types: readonly string[], proxy: string, calls: Calls, extra?: object];

const kinds: readonly Kind[] = [
  [['dict'], 'DictProxy', collections.dict],
  [['list'], 'ListProxy', collections.list, walks],
  [['set'], 'SetProxy', collections.set],
  [['Namespace'], 'NamespaceProxy', collections.namespace],
  [['Value'], 'ValueProxy', collections.value],
  [['Array'], 'ArrayProxy', collections.array],
  [['Iterator'], 'IteratorProxy', collections.iterator, steps],
  [['Queue', 'JoinableQueue'], 'QueueProxy', waiting.queue],
  [['Lock', 'Semaphore', 'BoundedSemaphore'], 'AcquirerProxy', waiting.acquirer, holds],
  [['Event'], 'EventProxy', waiting.event],
  [['Barrier'], 'BarrierProxy', waiting.barrier],
  [['Pool'], 'PoolProxy', waiting.pool, ends],
  [['AsyncResult'], 'AsyncResult', waiting.result],
];

/** The methods that a transaction has of an object of this type; undefined: those of the object itself. */
export function callsOf(typeid: string): Calls | undefined {
  return kinds.find(([types]) => types.includes(typeid))?.[2];
}

/** To be called before the first proxy is made. */
export function addProxies(): void {
  if (classesByType.size > 0) return;
  for (const [types, proxy, calls, extra = {}] of kinds) {
    const Class: ProxyClass = { [proxy]: class extends BaseProxy {} }[proxy]!;
    addCalls(Class, calls);
    Object.defineProperties(Class.prototype, Object.getOwnPropertyDescriptors(extra));
    classesByProxy.set(proxy, Class);
    for (const type of types) classesByType.set(type, Class);
  }
  classesByType.set('RLock', RLockProxy);
  classesByType.set('Condition', ConditionProxy);
}
