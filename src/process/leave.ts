import fs from 'node:fs';
import { inspect } from 'node:util';
import { INFO } from '../logging/levels.js';
import { logger } from '../logging/logger.js';
import { directExit, leaveNow } from '../system/child.js';
import { inForkedChild } from '../system/generation.js';
import { watchLoop } from '../system/loop.js';
import { ProcessError, SystemExit } from '../errors.js';
import { currentObject } from './state.js';

/**
 * How a child ends. Its target is done when its promise is; the process ends when nothing is left that Node would wait
 * for, as any Node program does: timers, sockets and workers that are not unref'd are to a child what non-daemon threads
 * are in Python.
 */
export function leaveByItself(): void {
  process.on('uncaughtExceptionMonitor', (error) => {
    const handled = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
    if (!handled) process.exit(report(error));
  });
  process.on('exit', (code) => logger.info('process exiting with exitcode %d', code));
  process.on('beforeExit', () => {
    if (done) return;
    complain(`the target of process '${currentObject()?.name}' waits for a promise that nothing is left to settle`);
    process.exit(EXIT_UNSETTLED);
  });
}

let done = false;

inForkedChild(() => {
  done = false;
});

/** Says that the target's promise is settled. */
export function targetDone(): void {
  done = true;
}

/** As Node's own, for a top-level await that nothing settles. */
const EXIT_UNSETTLED = 13;

/**
 * In a forked child the normal end would wait for threads that were not forked along. So every way out leads through
 * `process.reallyExit`, which Node calls after the exit handlers, and which leaves at once here.
 */
export function leaveThroughExit(): void {
  forked = true;
  wayOut = directExit();
  Object.assign(process, { reallyExit: (code: number) => wayOut(code) });
  process.on('beforeExit', () => {
    // Behind the handlers that have come in the meantime.
    process.off('exit', leaveLast);
    process.on('exit', leaveLast);
  });
}

let forked = false;

/** Whether this process has been forked, and so has not all of Node's threads. */
export function isForked(): boolean {
  return forked;
}

let wayOut: (code: number) => void = leaveNow;

function leaveLast(code: number): void {
  wayOut(Number(process.exitCode ?? code));
}

/** Lets this process, which is none, live like a child to its end, and then be as it was. */
export async function rehearseLeaving(live: () => void): Promise<void> {
  // A turn in which there is something to do: those in which there is not are counted from here on.
  await new Promise(setImmediate);
  const code = await new Promise<number>((resolve) => {
    wayOut = (exitCode) => setImmediate(resolve, exitCode); // a child is not in any turn there, and this one is to go on
    live();
  });
  // By now the call of `process.exit` has returned.
  wayOut = directExit();
  process.off('exit', leaveLast);
  Object.assign(process, { _exiting: false, exitCode: undefined });
  done = false;
  if (code !== 0) throw new ProcessError('ERR_FORK_SERVER', `the rehearsal of a child ended with code ${code}`);
  await new Promise(setImmediate);
}

/** Of `beforeExit`, above. */
const OWN_HANDLERS = 2;

/**
 * In a forked child Node must not find its event loop empty by itself: it would then wait for V8's background tasks, and
 * the thread that does them was not forked along. (V8 has such tasks even in its single-threaded mode: garbage
 * collections of Node 20 and 26 leave some.) So the loop is kept alive, and what Node does when it is empty is done here.
 */
export function leaveWhenQuiet(): void {
  watchLoop((times) => {
    if (times > 2) setImmediate(() => process.exit());
    else if (times === 2) setImmediate(sayBeforeExit);
    else if (isUneventful()) wayOut(Number(process.exitCode ?? 0));
  });
}

function sayBeforeExit(): void {
  const othersHandle = process.listenerCount('beforeExit') > OWN_HANDLERS;
  process.emit('beforeExit', Number(process.exitCode ?? 0));
  // Only a handler of the user's can have found something to do; whether it has, the loop tells.
  if (!othersHandle) process.exit();
}

/** Whether nobody would be told of this end: then there is no need of all that Node does to tell. */
function isUneventful(): boolean {
  const isHeard =
    process.listenerCount('beforeExit') > OWN_HANDLERS ||
    process.listenerCount('exit') > 1 ||
    logger.isEnabledFor(INFO);
  return done && !isHeard && emitter() === nodesEmitter;
}

/** Packages that are to hear of each end put their own in its place. */
const nodesEmitter = emitter();

function emitter(): unknown {
  return (process as unknown as Record<string, unknown>)['emit'];
}

/** Says on stderr what ended this process, as Python does, and gives its exit code. */
export function report(error: unknown): number {
  if (error instanceof SystemExit) return exitCodeOf(error.value);
  complain(`Process ${currentObject()?.name ?? process.pid}:\n${inspect(error)}`);
  return 1;
}

function exitCodeOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'boolean') return Number(value);
  if (Number.isInteger(value)) return (value as number) & 0xff;
  complain(typeof value === 'string' ? value : inspect(value));
  return 1;
}

function complain(text: string): void {
  try {
    fs.writeSync(2, `${text}\n`);
  } catch {
    // Nobody is left to read it.
  }
}
