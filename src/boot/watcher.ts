/**
 * The program of the watcher: `node watcher.js manyfold-watcher PID START`. Waits until that process, the main process of
 * a program, has ended, and removes the named shared memory that the program has left. Its exit code is 1 if there was any.
 */
import { removeAllOf } from '../named/prune.js';
import { tell } from '../named/watch.js';
import { isRunning, openProcess } from '../system/life.js';
import { pollReadable } from '../system/pipe.js';

const [pid, start] = process.argv.slice(3).map(Number) as [number, number];

// What ends a program, or a terminal, is no reason to leave before it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const FOREVER = -1;
const fd = openProcess(pid);
if (fd !== undefined && isRunning(pid, start)) while (!pollReadable([fd], FOREVER)[0]);

const remains = removeAllOf({ pid, start });
tell(remains);
process.exit(remains.removed.length + remains.missing.length > 0 ? 1 : 0);
