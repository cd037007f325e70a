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

  dict(initial?: object): Promise<proxies.DictProxy> {
    return this.create<proxies.DictProxy>('dict', ...(initial === undefined ? [] : [initial]));
  }

  dictSync(initial?: object): proxies.DictProxy {
    return this.createSync<proxies.DictProxy>('dict', ...(initial === undefined ? [] : [initial]));
  }

  list(initial: Iterable<unknown> = []): Promise<proxies.ListProxy> {
    return this.create<proxies.ListProxy>('list', [...initial]);
  }

  listSync(initial: Iterable<unknown> = []): proxies.ListProxy {
    return this.createSync<proxies.ListProxy>('list', [...initial]);
  }

  set(initial: Iterable<unknown> = []): Promise<proxies.SetProxy> {
    return this.create<proxies.SetProxy>('set', [...initial]);
  }

  setSync(initial: Iterable<unknown> = []): proxies.SetProxy {
    return this.createSync<proxies.SetProxy>('set', [...initial]);
  }

  Namespace(attributes: Readonly<Record<string, unknown>> = {}): Promise<proxies.NamespaceProxy> {
    return this.create<proxies.NamespaceProxy>('Namespace', attributes);
  }

  NamespaceSync(attributes: Readonly<Record<string, unknown>> = {}): proxies.NamespaceProxy {
    return this.createSync<proxies.NamespaceProxy>('Namespace', attributes);
  }

  Queue(maxsize = 0): Promise<proxies.QueueProxy> {
    return this.create<proxies.QueueProxy>('Queue', maxsize);
  }

  QueueSync(maxsize = 0): proxies.QueueProxy {
    return this.createSync<proxies.QueueProxy>('Queue', maxsize);
  }

  JoinableQueue(maxsize = 0): Promise<proxies.QueueProxy> {
    return this.create<proxies.QueueProxy>('JoinableQueue', maxsize);
  }

  JoinableQueueSync(maxsize = 0): proxies.QueueProxy {
    return this.createSync<proxies.QueueProxy>('JoinableQueue', maxsize);
  }

  Lock(): Promise<proxies.AcquirerProxy> {
    return this.create<proxies.AcquirerProxy>('Lock');
  }

  LockSync(): proxies.AcquirerProxy {
    return this.createSync<proxies.AcquirerProxy>('Lock');
  }

  RLock(): Promise<proxies.RLockProxy> {
    return this.create<proxies.RLockProxy>('RLock');
  }

  RLockSync(): proxies.RLockProxy {
    return this.createSync<proxies.RLockProxy>('RLock');
  }

  Semaphore(value = 1): Promise<proxies.AcquirerProxy> {
    return this.create<proxies.AcquirerProxy>('Semaphore', value);
  }

  SemaphoreSync(value = 1): proxies.AcquirerProxy {
    return this.createSync<proxies.AcquirerProxy>('Semaphore', value);
  }

  BoundedSemaphore(value = 1): Promise<proxies.AcquirerProxy> {
    return this.create<proxies.AcquirerProxy>('BoundedSemaphore', value);
  }

  BoundedSemaphoreSync(value = 1): proxies.AcquirerProxy {
    return this.createSync<proxies.AcquirerProxy>('BoundedSemaphore', value);
  }

  Condition(): Promise<proxies.ConditionProxy> {
    return this.create<proxies.ConditionProxy>('Condition');
  }

  ConditionSync(): proxies.ConditionProxy {
    return this.createSync<proxies.ConditionProxy>('Condition');
  }

  Event(): Promise<proxies.EventProxy> {
    return this.create<proxies.EventProxy>('Event');
  }

  EventSync(): proxies.EventProxy {
    return this.createSync<proxies.EventProxy>('Event');
  }

  Barrier(parties: number): Promise<proxies.BarrierProxy> {
    return this.create<proxies.BarrierProxy>('Barrier', parties);
  }

  BarrierSync(parties: number): proxies.BarrierProxy {
    return this.createSync<proxies.BarrierProxy>('Barrier', parties);
  }

  Value(typeCode: string, value: unknown): Promise<proxies.ValueProxy> {
    return this.create<proxies.ValueProxy>('Value', typeCode, value);
  }

  ValueSync(typeCode: string, value: unknown): proxies.ValueProxy {
    return this.createSync<proxies.ValueProxy>('Value', typeCode, value);
  }

  Array(typeCode: string, sequence: number | Iterable<unknown>): Promise<proxies.ArrayProxy> {
    return this.create<proxies.ArrayProxy>('Array', typeCode, typeof sequence === 'number' ? sequence : [...sequence]);
  }

  ArraySync(typeCode: string, sequence: number | Iterable<unknown>): proxies.ArrayProxy {
    return this.createSync<proxies.ArrayProxy>(
      'Array',
      typeCode,
      typeof sequence === 'number' ? sequence : [...sequence],
    );
  }

  /** A pool whose workers are children of the server. */
  Pool(processes?: number, options?: PoolOptions<readonly unknown[]>): Promise<proxies.PoolProxy> {
    return this.create<proxies.PoolProxy>(
      'Pool',
      ...(processes === undefined && options === undefined ? [] : [processes ?? null, options ?? {}]),
    );
  }

  PoolSync(processes?: number, options?: PoolOptions<readonly unknown[]>): proxies.PoolProxy {
    return this.createSync<proxies.PoolProxy>(
      'Pool',
      ...(processes === undefined && options === undefined ? [] : [processes ?? null, options ?? {}]),
    );
  }
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
