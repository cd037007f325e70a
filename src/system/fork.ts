import fs from 'node:fs';
import { ForkUnsafeError, OSError } from '../errors.js';
import { errorName, withFiles } from './error.js';
import { checkLoop, forgetInheritedLoop, type DeadEnds } from './inherited-loop.js';
import { fork, getpid, lookUpDirect, madvise, uvDefaultLoop, uvLoopFork } from './libc.js';

const MADV_DOFORK = 11;
const LOWEST_ADDRESS = 4096;
const HIGHEST_ADDRESS = 2 ** 47 - 4096;
const RANGES = 4;

type Ranges = [number, number, number, number, number, number, number, number];

/**
 * A real fork(2) of this Node process, which must run on one thread (`--single-threaded --v8-pool-size=1`). Returns the
 * child's pid in the parent, 0 in the child, which has to call `renewPid`, and `enterFork` before its event loop takes a turn.
 *
 * V8 marks every page of its heap MADV_DONTFORK, so a plain fork leaves the child without a heap. The address space is
 * set back just before the fork; see `forkNow` for why that is safe.
 */
export function forkProcess(): number {
  lookUpDirect();
  ranges ??= forkableRanges();
  const pid = forkNow(...ranges);
  if (pid < 0) throw new OSError('ERR_FORK_FAILED', `fork failed: ${errorName()}`);
  return pid;
}

let ranges: Ranges | undefined;

/** In the child: sets up its event loop anew. Signals that have come since the fork are forgotten. */
export function enterFork(): void {
  uvLoopFork(uvDefaultLoop());
}

/** Likewise, where the loop had things to do for the parent: they are forgotten. */
export function enterBusyFork(ends: DeadEnds): void {
  forgetInheritedLoop(uvDefaultLoop(), ends);
}

/** Before a fork that `enterBusyFork` is to follow. */
export function checkBusyFork(): void {
  checkLoop(uvDefaultLoop());
}

/** In the child: Node has read its pid once, in the parent. */
export function renewPid(): void {
  Object.defineProperty(process, 'pid', { value: getpid(), enumerable: true, configurable: true });
}

/**
 * No V8 page may come into being between the first madvise and the fork: it would be missing in the child. V8 maps pages
 * when it allocates, and compiles (which allocates) at loop ends and returns. So this body has no loop, no return and no
 * number that would have to be boxed: straight calls into libc, with arguments boxed by the caller.
 */
function forkNow(
  a: number,
  aLength: number,
  b: number,
  bLength: number,
  c: number,
  cLength: number,
  d: number,
  dLength: number,
): number {
  madvise(a, aLength, MADV_DOFORK);
  madvise(b, bLength, MADV_DOFORK);
  madvise(c, cLength, MADV_DOFORK);
  madvise(d, dLength, MADV_DOFORK);
  return fork() as number;
}

/** The address space but for the kernel's own mappings, which refuse the advice; these stay where they are for good. */
function forkableRanges(): Ranges {
  const found: number[] = [];
  let start = LOWEST_ADDRESS;
  const mappings = withFiles(() => fs.readFileSync('/proc/self/maps', 'latin1'));
  for (const line of mappings.split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) .*\[(?:vvar|vdso|vsyscall)/.exec(line);
    if (!match) continue;
    const low = Number.parseInt(match[1]!, 16);
    if (low > HIGHEST_ADDRESS) continue;
    if (low > start) found.push(start, low - start);
    start = Number.parseInt(match[2]!, 16);
  }
  found.push(start, HIGHEST_ADDRESS - start);
  if (found.length > RANGES * 2)
    throw new ForkUnsafeError('ERR_FORK_UNSAFE', 'the address space has more parts than a fork can prepare');
  while (found.length < RANGES * 2) found.push(LOWEST_ADDRESS, 0);
  return found as Ranges;
}
