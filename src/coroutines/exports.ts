import { registerExports } from '../memory/handle.js';
import { Event } from './event.js';
import { Group } from './group.js';
import { Pool } from './pool.js';
import { sleep } from './sleep.js';
import { currentTask, spawn } from './task.js';
import { Timeout, withTimeout } from './timeout.js';
import { joinAll, wait } from './wait.js';

// `manyfold` has some of these names as well.
registerExports({
  Group,
  Timeout,
  'coroutines.Event': Event,
  'coroutines.Pool': Pool,
  'coroutines.currentTask': currentTask,
  'coroutines.wait': wait,
  joinAll,
  sleep,
  spawn,
  withTimeout,
});
