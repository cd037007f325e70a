/** The fork server of this test program, and the process that it has forked ahead. */

import { isForkServer } from './leaks.js';
import { relatives } from './processes.js';
import { stopProcess } from './stop.js';

export function forkServerPid(): number | undefined {
  return relatives(process.pid).find((info) => isForkServer(info) && info.state !== 'Z')?.pid;
}

export function sparePid(): number | undefined {
  return relatives(process.pid).find(({ name, state }) => name === 'manyfold-spare' && state !== 'Z')?.pid;
}

/** Does something while the fork server, which would bury the dead at once, stands still. */
export function withoutBurials<T>(work: () => T): T {
  const pid = forkServerPid()!;
  stopProcess(pid);
  try {
    return work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
