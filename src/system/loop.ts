import {
  allocateBytes,
  callbackOf,
  currentLoop,
  uvDefaultLoop,
  uvHandleSize,
  uvLoopAlive,
  uvPrepareInit,
  uvPrepareStart,
  uvRef,
  uvUnref,
} from './libc.js';

const UV_PREPARE = 9;

let whenQuiet: (turns: number) => void = () => {};
let isWatched = false; // also in a child of a child that watches: it inherits the watcher

/**
 * Keeps the event loop alive, and calls `quiet` before each turn that it would not have taken otherwise, with their
 * number since it last had something to do. `quiet` runs outside of any turn: it may only schedule something.
 */
export function watchLoop(quiet: (turns: number) => void): void {
  whenQuiet = quiet;
  if (isWatched) return;
  isWatched = true;
  const loop: unknown = uvDefaultLoop();
  const watcher: unknown = allocateBytes(Number(uvHandleSize(UV_PREPARE)));
  let turns = 0;
  const look = (): void => {
    uvUnref(watcher);
    turns = uvLoopAlive(loop) === 0 ? turns + 1 : 0;
    uvRef(watcher);
    if (turns > 0) whenQuiet(turns);
  };
  uvPrepareInit(loop, watcher);
  uvPrepareStart(watcher, callbackOf(look));
}

/** Whether this thread's event loop has anything to wait for; its timers and immediates may not count while one of them runs. */
export function isLoopAlive(): boolean {
  return uvLoopAlive(currentLoop()) !== 0;
}
