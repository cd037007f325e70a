import { answerBell, isLoopHeld, look, muteBell } from '../memory/doorbell.js';
import { yieldCpu } from '../system/cpu.js';
import { inForkedChild } from '../system/generation.js';
import { Luck } from './luck.js';

/**
 * The event loop that somebody awaits something in does not sleep at once: it takes turns for a while, looking in each of
 * them. Its bell counts as rung meanwhile, so that whoever calls spares the system call. What else the loop has to do goes
 * on; it is never held up for longer than a few looks take.
 */
const LOOKS = 16;

const luck = new Luck();
let awake = false;
let until = 0;

inForkedChild(() => {
  awake = false;
});

/** To be called when a wait has begun, or when what a wait that has begun is for has been asked for. */
export function stayAwake(): void {
  // A wait that does not keep the program alive must not do so in this way.
  if (awake || !isLoopHeld()) return;
  const time = luck.time();
  if (!time) return;
  awake = true;
  until = performance.now() + time;
  muteBell();
  setImmediate(turn);
}

function turn(): void {
  for (let looks = 0; looks < LOOKS; looks++) {
    if (!look()) continue;
    luck.had();
    return fallAsleep();
  }
  yieldCpu(); // the kernel likes to wake the one who is to bring it on this very processor
  if (isLoopHeld() && performance.now() < until) return void setImmediate(turn);
  luck.missed();
  fallAsleep();
}

/** Whoever calls from now on rings; who has called before and has not rung is seen by the look that follows. */
function fallAsleep(): void {
  awake = false;
  answerBell();
}
