/**
 * How children run that are no processes of the operating system but threads of this one: with the start method 'thread'.
 * src/threading knows; it is loaded later than this folder, and says so here.
 */
export interface ThreadLane {
  /** Starts the child of a slot; resolves when it runs. */
  start(id: number, child: { readonly name: string; readonly daemon: boolean }): Promise<void>;
  /** Stops it; its exit code tells by which signal. */
  stop(id: number, signal: NodeJS.Signals): void;
  /** Records its end, if it has ended. */
  lookForEnd(id: number): void;
}

let lane: ThreadLane | undefined;

export function provideThreadLane(threads: ThreadLane): void {
  lane = threads;
}

export function threadLane(): ThreadLane {
  return lane!;
}
