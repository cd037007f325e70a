import { constants } from 'node:os';
import { WorkerCrashedError } from '../errors.js';
import type { Death } from './crew.js';

/** The error for a worker that has died; `when` completes the sentence. */
export function crash({ pid, exitCode }: Death, when: string): WorkerCrashedError {
  const signal = exitCode < 0 ? signalName(-exitCode) : null;
  const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  return new WorkerCrashedError(`worker ${pid} ended with ${how} ${when}`, {
    pid,
    exitCode: signal === null ? exitCode : null,
    signal,
  });
}

function signalName(number: number): string {
  const names = Object.entries(constants.signals).find(([, each]) => each === number);
  return names?.[0] ?? String(number);
}
