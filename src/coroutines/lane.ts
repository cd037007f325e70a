import os from 'node:os';
import { CancelledError } from '../errors.js';
import { logger } from '../logging/logger.js';
import { bury } from '../memory/death.js';
import { publishSlot, recordProcess } from '../memory/slots.js';
import type { Lane } from '../process/lanes.js';
import { report } from '../process/leave.js';
import type { Process } from '../process/process.js';
import { findCurrentBy, stateOf } from '../process/state.js';
import { handOn } from '../sync/left.js';
import { currentOwner } from '../sync/owner.js';
import { ownStartTime } from '../system/life.js';
import { currentTask, Task } from './task.js';

interface Child {
  readonly task: Task<number>;
  /** What it ends with if it is killed. */
  readonly killed: CancelledError;
  signal: NodeJS.Signals | undefined;
}

/** The children that are coroutines of this thread, by the ids of their slots. */
const children = new Map<number, Child>();
/** For whom a coroutine runs. */
const objects = new WeakMap<object, Process>();

/** Runs the children of the start method 'coroutine': nothing travels, and nothing is copied. */
export const coroutines: Lane = {
  async start(id, object) {
    findCurrentBy(currentChild);
    publishSlot(id);
    recordProcess(id, process.pid, ownStartTime());
    const killed = new CancelledError('ERR_TASK_KILLED', `'${object.name}' was killed`);
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const task: Task<number> = new Task(() => run(object, child, begin), object.name);
    const child: Child = { task, killed, signal: undefined };
    stateOf(object).pid = process.pid; // it may look at itself before its start is over
    objects.set(task, object);
    children.set(id, child);
    task.onEnd(() => {
      children.delete(id);
      bury(id, task.value ?? codeOf(child));
      return true;
    });
    await begun; // by then it has read its target and its arguments
  },

  stop(id, signal) {
    const child = children.get(id);
    if (!child) return;
    child.signal ??= signal;
    child.task.kill(child.killed);
  },

  lookForEnd: () => {}, // it is recorded at once
};

function currentChild(): Process | undefined {
  const task = currentTask();
  return task && objects.get(task);
}

/** Gives the exit code. */
async function run(object: Process, child: Child, begun: () => void): Promise<number> {
  const code = await start(object, begun).then(
    () => 0,
    (error: unknown) => (error === child.killed ? codeOf(child) : report(error)),
  );
  handOn(currentOwner(), true); // as what a process holds at its end, however that was
  logger.info('process exiting with exitcode %d', code);
  return code;
}

async function start(object: Process, begun: () => void): Promise<void> {
  try {
    logger.info('child process calling run()');
    const running = object.run();
    begun();
    await running;
  } finally {
    begun();
  }
}

/** Of one that has been killed, also before it has begun. */
function codeOf({ signal = 'SIGKILL' }: Child): number {
  return signal === 'SIGINT' ? 1 : -os.constants.signals[signal];
}
