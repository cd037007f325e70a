import os from 'node:os';
import type { Worker } from 'node:worker_threads';
import { bury, EXIT_UNKNOWN } from '../memory/death.js';
import { closeBellOf } from '../memory/doorbell.js';
import { writeLabel } from '../memory/label.js';
import { ENDED, EXIT, EXIT_BIAS, isGone, publishSlot, readSlot, STATE } from '../memory/slots.js';
import { dislodge } from '../memory/waiters.js';
import type { Lane } from '../process/lanes.js';
import { endWithStarter } from './life.js';
import { cannotStart, makeWorker, untilRunning } from './start.js';

interface Child {
  readonly worker: Worker;
  /** The exit code of one that has been stopped. */
  stopped: number | undefined;
}

/** The children that are threads of this process, by the ids of their slots. */
const children = new Map<number, Child>();

/** Runs the children of the start method 'thread'. */
export const threads: Lane = {
  async start(id, child) {
    const { name, daemon } = child;
    writeLabel(id, { name, daemon, pid: process.pid });
    publishSlot(id);
    let failure: unknown;
    try {
      const worker = makeWorker(id, { name, daemon, isChild: true });
      children.set(id, { worker, stopped: undefined });
      endWithStarter();
      worker.on('error', (error) => (failure = error));
      worker.once('exit', (code) => end(id, code));
    } catch (error) {
      throw cannotStart(error);
    }
    if ((await untilRunning(id)) === undefined) throw cannotStart(failure);
  },

  stop(id, signal) {
    const child = children.get(id);
    if (!child) return;
    // As of a child that does not handle it.
    child.stopped ??= signal === 'SIGINT' ? 1 : -os.constants.signals[signal];
    dislodge(id);
    void child.worker.terminate();
  },

  lookForEnd(id) {
    const exit = readSlot(id, EXIT);
    if (exit) end(id, exit - EXIT_BIAS);
    else if (isGone(id)) end(id, EXIT_UNKNOWN);
  },
};

function end(id: number, code: number): void {
  const child = children.get(id);
  children.delete(id);
  if (readSlot(id, STATE) === ENDED || readSlot(id, STATE) === undefined) return;
  closeBellOf(id);
  bury(id, child?.stopped ?? code);
}
