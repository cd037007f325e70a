/** The fork server of this test program, and the process that it has forked ahead. */

import { readFileSync } from 'node:fs';
import { isForkServer } from './leaks.js';
import { relatives } from './processes.js';
import { pauseSync } from './wait.js';

export function forkServerPid(): number | undefined {
  return relatives(process.pid).find((info) => isForkServer(info) && info.state !== 'Z')?.pid;
}

export function sparePid(): number | undefined {
  return relatives(process.pid).find(({ name, state }) => name === 'manyfold-spare' && state !== 'Z')?.pid;
}

/** Does something while the fork server, which would bury the dead at once, stands still. */
export function withoutBurials<T>(work: () => T): T {
  const pid = forkServerPid()!;
  process.kill(pid, 'SIGSTOP');
  try {
    untilState(pid, 'T');
    return work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** Blocks until /proc says of a process that it is in this state: a letter, as in proc(5). */
export function untilState(pid: number, state: string): void {
  const stateOf = () => /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))![1];
  while (stateOf() !== state) pauseSync();
}
