/** Where in this process a task was asked for. */
export interface CallSite {
  stack?: string;
}

// The first that is none of the library's own is the one that matters; each costs.
const FRAMES = 4;

// Frames of the library's own files say nothing to the user.
const OWN_FILES = new URL('..', import.meta.url).pathname;

/** Costs some microseconds: too much for every task, little for one that fails. */
export function callSite(): CallSite {
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
    throw withCallSite(error, callSite());
  }
}

/** The same for a task that nobody awaits yet. */
export async function showing<R>(task: Promise<R>, site: CallSite): Promise<R> {
  try {
    return await task;
  } catch (error) {
    throw withCallSite(error, site);
  }
}

function withCallSite(error: unknown, site: CallSite): unknown {
  const lines = site.stack?.split('\n').slice(1) ?? [];
  const frames = lines.filter((line) => !line.includes(OWN_FILES)).join('\n');
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
