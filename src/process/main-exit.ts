import { inForkedChild } from '../system/generation.js';
import { joinChildSync, signalChild } from './children.js';
import { runFinalizers } from './finalizers.js';
import { running } from './state.js';

/** How long a daemon may take to end after SIGTERM, before the end of this process kills it. */
const GRACE = 500;

let installed = false;

inForkedChild(() => {
  installed = false;
});

/**
 * When a process ends, its finalizers run, and its daemons are terminated and joined. Those that are no daemons keep its event loop alive, so at a
 * natural end none is left; at `process.exit` or an uncaught error they die with it.
 */
export function endWithMain(): void {
  if (installed) return;
  installed = true;
  process.on('exit', () => {
    runFinalizers(0);
    const daemons = [...running.keys()].filter((state) => state.daemon);
    for (const state of daemons) signalChild(state, 'SIGTERM');
    for (const state of daemons) joinChildSync(state, GRACE);
    runFinalizers(-Infinity);
  });
}
