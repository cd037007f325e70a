import '../queue/exports.js';
import './exports.js';

export { CancelledError, Empty, Full, ShutDown, TimeoutError } from '../errors.js';
export { LifoQueue } from '../queue/lifo-queue.js';
export { PriorityQueue } from '../queue/priority-queue.js';
export { Queue } from '../queue/queue.js';
export { Event } from './event.js';
export { Group } from './group.js';
export { Pool } from './pool.js';
export { sleep } from './sleep.js';
export { currentTask, spawn, type Task } from './task.js';
export { Timeout, withTimeout } from './timeout.js';
export { joinAll, wait, type WaitAllOptions } from './wait.js';
