import './exports.js';

export {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  InvalidStateError,
  TimeoutError,
} from '../errors.js';
export { Executor, type ExecutorMapOptions, type ShutdownOptions } from './executor.js';
export { Future } from './future.js';
export { ProcessPoolExecutor, type ProcessPoolExecutorOptions } from './process-pool-executor.js';
export { ThreadPoolExecutor, type ThreadPoolExecutorOptions } from './thread-pool-executor.js';
export {
  ALL_COMPLETED,
  asCompleted,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  wait,
  type CompletedFuture,
  type DoneAndNotDone,
  type FuturesWaitOptions,
} from './wait.js';
