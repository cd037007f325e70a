import './exports.js';

export { registerPickle, type PickleOptions } from '../pickle/pickle.js';
export { Complex, Decimal, Float, Named, Range, Slice, TimeDelta } from '../pickle/pickle.js';
export { PythonError, RemoteError } from '../pickle/errors.js';
export { BaseManager } from './manager.js';
export type { ManagerOptions, RegisterOptions, Remote } from './options.js';
export { Manager, SyncManager } from './sync-manager.js';
export { BaseProxy } from './proxy.js';
export type { Server } from './server.js';
export type {
  AcquirerProxy,
  ArrayProxy,
  BarrierProxy,
  ConditionProxy,
  DictProxy,
  EventProxy,
  IteratorProxy,
  ListProxy,
  NamespaceProxy,
  PoolProxy,
  QueueProxy,
  ResultProxy,
  RLockProxy,
  SetProxy,
  ValueProxy,
} from './proxies.js';
export { SharedMemoryManager } from './shared-memory-manager.js';
