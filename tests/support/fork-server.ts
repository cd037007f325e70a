/** The fork server of this test program, and the process that it has forked ahead. */

import { isForkServer } from './leaks.js';
import { relatives } from './processes.js';

export function forkServerPid(): number | undefined {
  return relatives(process.pid).find((info) => isForkServer(info) && info.state !== 'Z')?.pid;
}

export function sparePid(): number | undefined {
  return relatives(process.pid).find(({ name, state }) => name === 'manyfold-spare' && state !== 'Z')?.pid;
}
