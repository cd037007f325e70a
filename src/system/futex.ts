import { SYS_FUTEX, syscall } from './libc.js';

// Not the private forms: the word is shared between processes.
const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;

const timespec = new BigInt64Array(2);

/**
 * Sleeps until the word at `address` is woken, unless it no longer holds `seen` at the moment of falling asleep. Returns
 * after `milliseconds` at the latest; a return says nothing: the caller looks at the word again.
 */
export function futexWait(address: number, seen: number, milliseconds: number): void {
  const whole = Math.floor(milliseconds / 1000);
  timespec[0] = BigInt(whole);
  timespec[1] = BigInt(Math.round((milliseconds - whole * 1000) * 1e6));
  syscall(SYS_FUTEX, address, FUTEX_WAIT, seen, timespec, 0, 0);
}

export function futexWake(address: number, count: number): void {
  syscall(SYS_FUTEX, address, FUTEX_WAKE, count, null, 0, 0);
}
