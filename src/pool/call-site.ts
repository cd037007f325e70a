import { isOwnFrame } from '../system/installation.js';

/** Where in this process a task was asked for. */
export interface CallSite {
  stack?: string;
}

// The first that is none of the library's own is the one that matters; each costs.
const FRAMES = 4;

// To look at the stack costs as much as a small task. So of the tasks that are asked for in one go, only the first are
// looked at one by one; those behind them come from a loop, and share what was seen last.
const LOOKED_AT = 8;
let looked = 0;
let last: CallSite = {};

/** Where the caller's caller stands. */
export function callSite(): CallSite {
  if (looked === 0) queueMicrotask(() => (looked = 0));
  if (++looked <= LOOKED_AT) last = look();
  return last;
}

function look(): CallSite {
  const site: CallSite = {};
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  Error.captureStackTrace(site, callSite);
  Error.stackTraceLimit = before;
  return site;
}

/**
 * Adds to the stack of a task's error the place here that awaits the task. V8 knows that when the error comes, so a task
 * that succeeds pays nothing for it.
 */
export async function showingCaller<R>(task: Promise<R>): Promise<R> {
  try {
    return await task;
  } catch (error) {
    throw withCallSite(error, look());
  }
}

/** Adds the place to an error that has come for it. */
export function withCallSite(error: unknown, site: CallSite): unknown {
  const lines = site.stack?.split('\n').slice(1) ?? [];
  const frames = lines.filter((line) => !isOwnFrame(line)).join('\n');
  if (!(error instanceof Error) || frames === '') return error;
  const remoteStack = error.stack ?? String(error);
  return Object.defineProperties(error, {
    stack: {
      value: `${remoteStack}\n    --- asked for by process ${process.pid} ---\n${frames}`,
      writable: true,
      configurable: true,
    },
    remoteStack: { value: remoteStack, writable: true, configurable: true },
  });
}
