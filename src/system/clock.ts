/**
 * By how much the clock of the machine, which all its processes share, is ahead of this process's own. Not found out before
 * it is asked for: Node loads its clocks then, a millisecond of the library's import.
 */
let offset: number | undefined;

/** Milliseconds of the machine's clock. */
export function now(): number {
  return onMachine(performance.now());
}

/** What the machine's clock shows when this process's own shows so much. */
export function onMachine(own: number): number {
  offset ??= bestOf(5);
  return own + offset;
}

/** The process may be held up between looking at the one and at the other: the quickest of several looks is right. */
function bestOf(looks: number): number {
  let best = 0;
  let shortest = Infinity;
  for (let look = 0; look < looks; look++) {
    const before = machineTime();
    const own = performance.now();
    const span = machineTime() - before;
    if (span >= shortest) continue;
    shortest = span;
    best = before + span / 2 - own;
  }
  return best;
}

function machineTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
