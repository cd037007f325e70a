/** A machine that is full, as the kernel says it: without filling the one that runs the test, which would end other programs. */

import { readFileSync } from 'node:fs';
import koffi from 'koffi';

const libc = koffi.load(null);
const prctl = libc.func('int prctl(int option, size_t a, size_t b, size_t c, size_t d)');

const PR_SET_NO_NEW_PRIVS = 38;
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;

const LOAD = 0x20; // a word of what the kernel says of the call
const SKIP_UNLESS_EQUAL = 0x15;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const FAIL = 0x00050000;
const ENOSPC = 28;
const EAGAIN = 11;

const CALL = 0;
const MODE = 24; // low half of the second argument
const FALLOC_FL_KEEP_SIZE = 1; // alone: pages are asked for
const fallocateNumber = { x64: 285, arm64: 47 }[process.arch as string];
const cloneNumber = { x64: 56, arm64: 220 }[process.arch as string]; // by which libc's fork is made, and no thread

/** Why there is no such machine here; false when there is. */
export const noFullMachine = whyNot();

function whyNot(): string | false {
  if (fallocateNumber === undefined) return `no number of fallocate for ${process.arch}`;
  return readFileSync('/proc/self/status', 'latin1').includes('Seccomp:') ? false : 'no seccomp in this kernel';
}

/** From now on the kernel has no memory for this thread, nor for what it forks: `fallocate` fails with ENOSPC. */
export function fillMachine(): void {
  install([
    [LOAD, 0, 0, CALL],
    [SKIP_UNLESS_EQUAL, 0, 3, fallocateNumber!],
    [LOAD, 0, 0, MODE],
    [SKIP_UNLESS_EQUAL, 0, 1, FALLOC_FL_KEEP_SIZE],
    [RETURN, 0, 0, FAIL | ENOSPC],
    [RETURN, 0, 0, ALLOW],
  ]);
}

/** Likewise it has no process left: `fork` fails with EAGAIN. */
export function fillProcessTable(): void {
  install([
    [LOAD, 0, 0, CALL],
    [SKIP_UNLESS_EQUAL, 0, 1, cloneNumber!],
    [RETURN, 0, 0, FAIL | EAGAIN],
    [RETURN, 0, 0, ALLOW],
  ]);
}

/** Each step: code, steps to skip if so and if not, number. See seccomp(2) and the kernel's filter.rst. */
type Filter = readonly (readonly [code: number, yes: number, no: number, number: number])[];

function install(filter: Filter): void {
  const program = Buffer.alloc(filter.length * 8);
  for (const [at, [code, yes, no, value]] of filter.entries()) {
    program.writeUInt16LE(code, at * 8);
    program.writeUInt8(yes, at * 8 + 2);
    program.writeUInt8(no, at * 8 + 3);
    program.writeUInt32LE(value, at * 8 + 4);
  }
  const described = Buffer.alloc(16);
  described.writeUInt16LE(filter.length, 0);
  described.writeBigUInt64LE(koffi.address(program), 8);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) throw new Error('no PR_SET_NO_NEW_PRIVS');
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, Number(koffi.address(described)), 0, 0) !== 0)
    throw new Error('no PR_SET_SECCOMP');
}
