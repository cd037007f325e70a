import { registerExports } from '../memory/handle.js';
import { LifoQueue } from './lifo-queue.js';
import { PriorityQueue } from './priority-queue.js';
import { Queue } from './queue.js';
import { SimpleQueue } from './simple-queue.js';

// `manyfold` has some of these names as well.
registerExports({ LifoQueue, PriorityQueue, 'queue.Queue': Queue, 'queue.SimpleQueue': SimpleQueue });
