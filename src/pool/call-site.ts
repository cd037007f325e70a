/** Where in this process a task was asked for. Taken cheaply; turned into text only if the task fails. */
export interface CallSite {
  stack?: string;
}

const FRAMES = 8;

// Frames of the library's own files say nothing to the user.
const OWN_FILES = new URL('..', import.meta.url).pathname;

export function callSite(): CallSite {
  const site: CallSite = {};
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  Error.captureStackTrace(site, callSite);
  Error.stackTraceLimit = before;
  return site;
}

/** Adds to the stack of an error from another process the place here that asked for the task. */
export function showCallSite(error: unknown, site: CallSite): unknown {
  const lines = site.stack?.split('\n').slice(1) ?? [];
  const frames = lines.filter((line) => !line.includes(OWN_FILES)).join('\n');
  if (!(error instanceof Error) || !frames) return error;
  const remoteStack = error.stack ?? String(error);
  return Object.defineProperties(error, {
    stack: { value: `${remoteStack}\n    --- asked for by process ${process.pid} ---\n${frames}`, writable: true, configurable: true },
    remoteStack: { value: remoteStack, writable: true, configurable: true },
  });
}
