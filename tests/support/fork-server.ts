/** The fork server of this test program, and the process that it has forked ahead. */

import assert from 'node:assert/strict';
import { header } from '#dist/memory/program.js';
import { indexOf, RUNG, slotBase } from '#dist/memory/slots.js';
import { serverInUse } from '#dist/process/fork-server.js';
import { isForkServer } from './leaks.js';
import { relatives, type ProcessInfo } from './processes.js';
import { stopProcess } from './stop.js';
import { until } from './wait.js';

function forkServer(): ProcessInfo | undefined {
  return relatives(process.pid).find((info) => isForkServer(info) && info.state !== 'Z');
}

export function forkServerPid(): number | undefined {
  return forkServer()?.pid;
}

/** Its pid once it has done all that was asked of it, and waits; undefined once there is none, as when it has died of that. */
export async function restingServerPid(): Promise<number | undefined> {
  let server: ProcessInfo | undefined;
  const rests = (): boolean => {
    const asked = Atomics.load(header(), slotBase(indexOf(serverInUse()!)) + RUNG) !== 0; // first: it sleeps before as well
    server = forkServer();
    return server === undefined || (!asked && server.state === 'S');
  };
  assert.ok(await until(rests), 'the fork server comes to rest');
  return server?.pid;
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
