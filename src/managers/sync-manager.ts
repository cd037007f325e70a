import { BaseManager } from './manager.js';
import type { ManagerOptions } from './options.js';
import type {
  AcquirerProxy,
  ArrayProxy,
  BarrierProxy,
  ConditionProxy,
  DictProxy,
  EventProxy,
  ListProxy,
  NamespaceProxy,
  QueueProxy,
  RLockProxy,
  SetProxy,
  ValueProxy,
} from './proxies.js';

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

  dict(initial?: object): Promise<DictProxy> {
    return this.create('dict', ...(initial === undefined ? [] : [initial]));
  }

  list(initial: Iterable<unknown> = []): Promise<ListProxy> {
    return this.create('list', [...initial]);
  }

  set(initial: Iterable<unknown> = []): Promise<SetProxy> {
    return this.create('set', [...initial]);
  }

  Namespace(attributes: Readonly<Record<string, unknown>> = {}): Promise<NamespaceProxy> {
    return this.create('Namespace', attributes);
  }

  Queue(maxsize = 0): Promise<QueueProxy> {
    return this.create('Queue', maxsize);
  }

  JoinableQueue(maxsize = 0): Promise<QueueProxy> {
    return this.create('JoinableQueue', maxsize);
  }

  Lock(): Promise<AcquirerProxy> {
    return this.create('Lock');
  }

  RLock(): Promise<RLockProxy> {
    return this.create('RLock');
  }

  Semaphore(value = 1): Promise<AcquirerProxy> {
    return this.create('Semaphore', value);
  }

  BoundedSemaphore(value = 1): Promise<AcquirerProxy> {
    return this.create('BoundedSemaphore', value);
  }

  Condition(): Promise<ConditionProxy> {
    return this.create('Condition');
  }

  Event(): Promise<EventProxy> {
    return this.create('Event');
  }

  Barrier(parties: number): Promise<BarrierProxy> {
    return this.create('Barrier', parties);
  }

  Value(typeCode: string, value: unknown): Promise<ValueProxy> {
    return this.create('Value', typeCode, value);
  }

  Array(typeCode: string, sequence: number | Iterable<unknown>): Promise<ArrayProxy> {
    return this.create('Array', typeCode, typeof sequence === 'number' ? sequence : [...sequence]);
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
