/** What `manyfold/threading` exports. */
import './exports.js';

export { BrokenBarrierError, RuntimeError } from '../errors.js';
export { Barrier } from '../sync/barrier.js';
export { Condition } from '../sync/condition.js';
export { Event } from '../sync/event.js';
export { Lock } from '../sync/lock.js';
export { RLock } from '../sync/rlock.js';
export { BoundedSemaphore, Semaphore } from '../sync/semaphore.js';
export { activeCount, currentThread, enumerate, getIdent, getNativeId, mainThread } from '../threading/current.js';
export { excepthook, setExcepthook, type ExceptHook, type ExceptHookArgs } from '../threading/excepthook.js';
export { local } from '../threading/local.js';
export { stackSize, type ThreadOptions } from '../threading/options.js';
export { Thread } from '../threading/thread.js';
export { Timer } from '../threading/timer.js';
