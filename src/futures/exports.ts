import { registerExports } from '../memory/handle.js';
import { Executor } from './executor.js';
import { Future } from './future.js';
import { ProcessPoolExecutor } from './process-pool-executor.js';
import { ThreadPoolExecutor } from './thread-pool-executor.js';
import { asCompleted, wait } from './wait.js';

registerExports({ Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, asCompleted, 'futures.wait': wait });
