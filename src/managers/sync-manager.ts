import { BaseManager } from './manager.js';
import type { ManagerOptions } from './options.js';
import type { PoolOptions } from '../pool/options.js';
import type * as proxies from './proxies.js';

/**
 * A manager with the types that programs share: dicts, lists, queues, locks and their like.
 *
 * @example
 * await using manager = await Manager();
 * const ages = await manager.dict({ ann: 30 });
 * await new Process({ target: () => ages.set('bob', 40) }).start();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager
 */
export class SyncManager extends BaseManager {
  protected static override readonly builtins = true;

  /** A new dictionary in the server, with the entries of a `Map` or an object if one is given. */
  dict(initial?: object): Promise<proxies.DictProxy> {
    return this.create<proxies.DictProxy>('dict', ...(initial === undefined ? [] : [initial]));
  }

  /** Like `dict`, and blocks the calling thread. */
  dictSync(initial?: object): proxies.DictProxy {
    return this.createSync<proxies.DictProxy>('dict', ...(initial === undefined ? [] : [initial]));
  }

  /** A new list in the server, with these items. */
  list(initial: Iterable<unknown> = []): Promise<proxies.ListProxy> {
    return this.create<proxies.ListProxy>('list', [...initial]);
  }

  /** Like `list`, and blocks the calling thread. */
  listSync(initial: Iterable<unknown> = []): proxies.ListProxy {
    return this.createSync<proxies.ListProxy>('list', [...initial]);
  }

  /** A new set in the server, with these items. */
  set(initial: Iterable<unknown> = []): Promise<proxies.SetProxy> {
    return this.create<proxies.SetProxy>('set', [...initial]);
  }

  /** Like `set`, and blocks the calling thread. */
  setSync(initial: Iterable<unknown> = []): proxies.SetProxy {
    return this.createSync<proxies.SetProxy>('set', [...initial]);
  }

  /** A new object in the server that has these attributes, and any that are set. */
  Namespace(attributes: Readonly<Record<string, unknown>> = {}): Promise<proxies.NamespaceProxy> {
    return this.create<proxies.NamespaceProxy>('Namespace', attributes);
  }

  /** Like `Namespace`, and blocks the calling thread. */
  NamespaceSync(attributes: Readonly<Record<string, unknown>> = {}): proxies.NamespaceProxy {
    return this.createSync<proxies.NamespaceProxy>('Namespace', attributes);
  }

  /** A new queue in the server, for at most `maxsize` items; 0: any number. */
  Queue(maxsize = 0): Promise<proxies.QueueProxy> {
    return this.create<proxies.QueueProxy>('Queue', maxsize);
  }

  /** Like `Queue`, and blocks the calling thread. */
  QueueSync(maxsize = 0): proxies.QueueProxy {
    return this.createSync<proxies.QueueProxy>('Queue', maxsize);
  }

  /** The same as `Queue`: a queue in a server always knows `taskDone` and `join`. */
  JoinableQueue(maxsize = 0): Promise<proxies.QueueProxy> {
    return this.create<proxies.QueueProxy>('JoinableQueue', maxsize);
  }

  /** Like `JoinableQueue`, and blocks the calling thread. */
  JoinableQueueSync(maxsize = 0): proxies.QueueProxy {
    return this.createSync<proxies.QueueProxy>('JoinableQueue', maxsize);
  }

  /** A new lock in the server. */
  Lock(): Promise<proxies.AcquirerProxy> {
    return this.create<proxies.AcquirerProxy>('Lock');
  }

  /** Like `Lock`, and blocks the calling thread. */
  LockSync(): proxies.AcquirerProxy {
    return this.createSync<proxies.AcquirerProxy>('Lock');
  }

  /** A new lock in the server that its owner, a process, may acquire again. */
  RLock(): Promise<proxies.RLockProxy> {
    return this.create<proxies.RLockProxy>('RLock');
  }

  /** Like `RLock`, and blocks the calling thread. */
  RLockSync(): proxies.RLockProxy {
    return this.createSync<proxies.RLockProxy>('RLock');
  }

  /** A new semaphore in the server, with so many permits. */
  Semaphore(value = 1): Promise<proxies.AcquirerProxy> {
    return this.create<proxies.AcquirerProxy>('Semaphore', value);
  }

  /** Like `Semaphore`, and blocks the calling thread. */
  SemaphoreSync(value = 1): proxies.AcquirerProxy {
    return this.createSync<proxies.AcquirerProxy>('Semaphore', value);
  }

  /** A new semaphore in the server that never has more permits than at first. */
  BoundedSemaphore(value = 1): Promise<proxies.AcquirerProxy> {
    return this.create<proxies.AcquirerProxy>('BoundedSemaphore', value);
  }

  /** Like `BoundedSemaphore`, and blocks the calling thread. */
  BoundedSemaphoreSync(value = 1): proxies.AcquirerProxy {
    return this.createSync<proxies.AcquirerProxy>('BoundedSemaphore', value);
  }

  /** A new condition in the server, with a lock of its own. */
  Condition(): Promise<proxies.ConditionProxy> {
    return this.create<proxies.ConditionProxy>('Condition');
  }

  /** Like `Condition`, and blocks the calling thread. */
  ConditionSync(): proxies.ConditionProxy {
    return this.createSync<proxies.ConditionProxy>('Condition');
  }

  /** A new flag in the server, which is not set. */
  Event(): Promise<proxies.EventProxy> {
    return this.create<proxies.EventProxy>('Event');
  }

  /** Like `Event`, and blocks the calling thread. */
  EventSync(): proxies.EventProxy {
    return this.createSync<proxies.EventProxy>('Event');
  }

  /** A new barrier in the server, for so many parties. */
  Barrier(parties: number): Promise<proxies.BarrierProxy> {
    return this.create<proxies.BarrierProxy>('Barrier', parties);
  }

  /** Like `Barrier`, and blocks the calling thread. */
  BarrierSync(parties: number): proxies.BarrierProxy {
    return this.createSync<proxies.BarrierProxy>('Barrier', parties);
  }

  /** A new value in the server; the type code is there for Python's sake. */
  Value(typeCode: string, value: unknown): Promise<proxies.ValueProxy> {
    return this.create<proxies.ValueProxy>('Value', typeCode, value);
  }

  /** Like `Value`, and blocks the calling thread. */
  ValueSync(typeCode: string, value: unknown): proxies.ValueProxy {
    return this.createSync<proxies.ValueProxy>('Value', typeCode, value);
  }

  /** A new array in the server, of fixed length: with these items, or with so many zeros. */
  Array(typeCode: string, sequence: number | Iterable<unknown>): Promise<proxies.ArrayProxy> {
    return this.create<proxies.ArrayProxy>('Array', typeCode, typeof sequence === 'number' ? sequence : [...sequence]);
  }

  /** Like `Array`, and blocks the calling thread. */
  ArraySync(typeCode: string, sequence: number | Iterable<unknown>): proxies.ArrayProxy {
    return this.createSync<proxies.ArrayProxy>(
      'Array',
      typeCode,
      typeof sequence === 'number' ? sequence : [...sequence],
    );
  }

  /** A pool whose workers are children of the server. */
  Pool(processes?: number, options?: PoolOptions<readonly unknown[]>): Promise<proxies.PoolProxy> {
    return this.create<proxies.PoolProxy>('Pool', ...poolArguments(processes, options));
  }

  /** Like `Pool`, and blocks the calling thread. */
  PoolSync(processes?: number, options?: PoolOptions<readonly unknown[]>): proxies.PoolProxy {
    return this.createSync<proxies.PoolProxy>('Pool', ...poolArguments(processes, options));
  }
}

/** A server of CPython's knows no options. */
function poolArguments(processes?: number, options?: object): readonly unknown[] {
  return options === undefined ? [processes].filter((count) => count !== undefined) : [processes ?? null, options];
}

/**
 * A `SyncManager` that is started.
 *
 * @example
 * await using manager = await Manager();
 * const ages = await manager.dict({ ann: 30 });
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Manager
 */
export async function Manager(options?: ManagerOptions): Promise<SyncManager> {
  const manager = new SyncManager(options);
  await manager.start();
  return manager;
}
