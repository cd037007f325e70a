import { sigprocmask } from './libc.js';

const SIG_SETMASK = 2;
const SIGSET_BYTES = 128;

const ALL = new Uint8Array(SIGSET_BYTES).fill(0xff);

/** Lets signals to this thread wait until the function that it gives is called; also those that a fork in between gets. */
export function holdSignals(): () => void {
  const before = new Uint8Array(SIGSET_BYTES);
  sigprocmask(SIG_SETMASK, ALL, before);
  return () => void sigprocmask(SIG_SETMASK, before, null);
}
