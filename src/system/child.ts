import fs from 'node:fs';
import { dup3, exitNow, lookUpDirect, prctl, prctlName, waitid, waitpid } from './libc.js';
import { systemError } from './error.js';
import { reopenStandardStreams } from './streams.js';

const PR_SET_PDEATHSIG = 1;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const NAME_BYTES = 16;
const WNOHANG = 1;
const P_PID = 1;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
const CLD_EXITED = 1;

/** How a process ended: a code from 0 to 255, or minus the number of the signal that killed it, as in Python. */
export type ExitCode = number;

/** Collects a child of this process; waits for its end. */
export function reap(pid: number): ExitCode {
  const status = [0];
  if (waitpid(pid, status, 0) !== pid) throw systemError('waitpid');
  return decodeStatus(status[0]!);
}

/** Collects a child of this process if it has ended. */
export function reapIfEnded(pid: number): ExitCode | undefined {
  const status = [0];
  return waitpid(pid, status, WNOHANG) === pid ? decodeStatus(status[0]!) : undefined;
}

/** Does what a child that has just been forked needs; if that fails, the child is ended and collected. */
export function orKill(pid: number, prepare: () => void): void {
  try {
    prepare();
  } catch (error) {
    process.kill(pid, 'SIGKILL');
    reap(pid);
    throw error;
  }
}

/** Looks whether a child has ended, and leaves it to be collected by whoever started it (libuv, for one). */
export function peekExit(pid: number): ExitCode | undefined {
  const info = new Int32Array(SIGINFO_WORDS);
  if (waitid(P_PID, pid, info, WEXITED | WNOHANG | WNOWAIT) !== 0) return undefined;
  const [code, child, status] = [info[2]!, info[4]!, info[6]!];
  if (child !== pid) return undefined;
  return code === CLD_EXITED ? status : -(status & 0x7f);
}

/** `siginfo_t` is 128 bytes: [2] is si_code, [4] si_pid, [6] si_status on every 64-bit Linux. */
const SIGINFO_WORDS = 32;

function decodeStatus(status: number): ExitCode {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : -signal;
}

/** libc's own end of a process, which nothing has to be compiled for when it comes to that, nor anything tidied up. */
export function directExit(): (code: number) => void {
  lookUpDirect();
  process.off('exit', reopenStandardStreams);
  return exitNow;
}

/** Ends this process at once: no exit handlers, no flushing, no joining of threads. */
export function leaveNow(code: number): never {
  exitNow(code & 0xff);
  throw new Error('unreachable');
}

/** Puts the null device in the place of this process's input. */
export function muteStdin(): void {
  const fd = fs.openSync('/dev/null', 'r');
  if (fd === 0) return; // there was none
  dup3(fd, 0, 0);
  fs.closeSync(fd);
}

/** From now on the kernel sends `signal` to this process when its parent dies; a parent already dead is not noticed. */
export function setParentDeathSignal(signal: number): void {
  prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
}

/** Gives what names this process, as `ps` shows it, and what names it as it is named now. */
export function prepareName(name: string): { readonly rename: () => void; readonly nameAsBefore: () => void } {
  const before = Buffer.alloc(NAME_BYTES);
  const after = Buffer.from(`${name}\0`);
  prctlName(PR_GET_NAME, before, 0, 0, 0);
  return {
    rename: () => void prctlName(PR_SET_NAME, after, 0, 0, 0),
    nameAsBefore: () => void prctlName(PR_SET_NAME, before, 0, 0, 0),
  };
}
