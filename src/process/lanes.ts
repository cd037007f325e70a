import type { Process } from './process.js';

/**
 * How children run that are no processes of the operating system: threads of this process, or coroutines of this thread.
 * src/threading and src/coroutines know; they are loaded later than this folder, and say so here.
 */
export interface Lane {
  /** Starts the child of a slot; resolves when it runs. */
  start(id: number, child: Process): Promise<void>;
  /** Ends it; its exit code tells by which signal. Only in the thread that has started it. */
  stop(id: number, signal: NodeJS.Signals): void;
  /** Records its end, if it has ended and that is not done yet. */
  lookForEnd(id: number): void;
}

export type LaneName = 'thread' | 'coroutine';

const lanes = new Map<string, Lane>();

export function provideLane(name: LaneName, lane: Lane): void {
  lanes.set(name, lane);
}

/** undefined for what starts a process. */
export function laneOf(method: string | undefined): Lane | undefined {
  return method === undefined ? undefined : lanes.get(method);
}
