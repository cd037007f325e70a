import {
  allocateBytes,
  callbackOf,
  currentLoop,
  uvDefaultLoop,
  uvHandleSize,
  uvIdleInit,
  uvIdleStart,
  uvIdleStop,
  uvLoopAlive,
  uvPrepareInit,
  uvPrepareStart,
  uvRef,
  uvUnref,
} from './libc.js';

const UV_IDLE = 6;
const UV_PREPARE = 9;

let whenQuiet: (times: number) => void = () => {};
let isWatched = false; // also in a child of a child that watches: it inherits the watcher

/**
 * Keeps the event loop alive, and calls `quiet` when it has nothing to do: for the first time when it has looked for news
 * as well, and then before each turn that it would not have taken otherwise, with the number of times since it last had
 * something to do. `quiet` runs outside of any turn: it may only schedule something, and that not the first time.
 */
export function watchLoop(quiet: (times: number) => void): void {
  whenQuiet = quiet;
  if (isWatched) return;
  isWatched = true;
  const loop: unknown = uvDefaultLoop();
  const [watcher, idler] = [UV_PREPARE, UV_IDLE].map((type) => allocateBytes(Number(uvHandleSize(type))));
  const isQuiet = (): boolean => {
    uvUnref(watcher);
    const alive = uvLoopAlive(loop);
    uvRef(watcher);
    return alive === 0;
  };
  let times = 0;
  const look = (): void => {
    times = isQuiet() ? times + 1 : 0;
    // While there is an idle handle, the loop does not wait for news.
    if (times === 1) uvIdleStart(idler, callback);
    else if (times > 1) whenQuiet(times);
  };
  const lookAgain = (): void => {
    uvIdleStop(idler);
    if (isQuiet()) whenQuiet(1);
  };
  const callback = callbackOf(lookAgain);
  uvIdleInit(loop, idler);
  uvUnref(idler);
  uvPrepareInit(loop, watcher);
  uvPrepareStart(watcher, callbackOf(look));
}

/** Whether this thread's event loop has anything to wait for; its timers and immediates may not count while one of them runs. */
export function isLoopAlive(): boolean {
  return uvLoopAlive(currentLoop()) !== 0;
}
