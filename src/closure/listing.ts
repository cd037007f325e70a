/** The addresses of scripts, which the engine tells sooner than their sources. */
import { post } from './inspector.js';

export interface ListedScript {
  readonly url: string;
  /** Of its source, in UTF-16 units; undefined where it was not told. */
  readonly length: number | undefined;
}

const listed = new Map<string, ListedScript>();

export function listedScript(id: string): ListedScript | undefined {
  if (!listed.has(id)) listRunning();
  if (!listed.has(id)) listUsed();
  return listed.get(id);
}

interface Thrown {
  readonly exceptionDetails: {
    readonly stackTrace?: { readonly callFrames: readonly { readonly scriptId: string; readonly url: string }[] };
  };
}

/** Those of the functions that are running: who sends a function often stands in the same script. */
function listRunning(): void {
  post('Runtime.enable'); // errors have a stack for the inspector only then
  try {
    const { exceptionDetails } = post('Runtime.evaluate', { expression: 'throw new Error()' }) as Thrown;
    for (const { scriptId, url } of exceptionDetails.stackTrace?.callFrames ?? []) {
      if (!listed.has(scriptId)) listed.set(scriptId, { url, length: undefined });
    }
  } finally {
    post('Runtime.disable');
  }
}

interface Coverage {
  readonly result: readonly {
    readonly scriptId: string;
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly endOffset: number }[] }[];
  }[];
}

/** Those of the functions that have been used more than once or twice. The first of a script is often all of it. */
function listUsed(): void {
  for (const { scriptId, url, functions } of (post('Profiler.getBestEffortCoverage') as Coverage).result) {
    listed.set(scriptId, { url, length: functions[0]?.ranges[0]?.endOffset ?? 0 });
  }
}
