import { HEAP_LOCK } from '#dist/memory/layout.js';
import { header } from '#dist/memory/program.js';
import { PID, readSlot } from '#dist/memory/slots.js';
import { untilState } from './processes.js';

/**
 * Stops a process (SIGSTOP), but not in the middle of a change to the program's memory: whoever needs some would wait until
 * it goes on, also the test that is to let it.
 */
export function stopProcess(pid: number): void {
  for (;;) {
    process.kill(pid, 'SIGSTOP');
    untilState(pid, 'T');
    const holder = Atomics.load(header(), HEAP_LOCK);
    if (holder === 0 || readSlot(holder, PID) !== pid) return;
    process.kill(pid, 'SIGCONT');
  }
}
