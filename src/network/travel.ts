import fs from 'node:fs';
import { OSError } from '../errors.js';
import { allocate, free } from '../memory/heap.js';
import { departed } from '../memory/handle.js';
import { cellAt } from '../memory/program.js';
import { call } from '../memory/waiters.js';
import { waitAsync } from '../sync/await.js';
import { takeDescriptor, allowTaking } from '../system/foreign.js';
import { duplicate } from '../system/socket.js';

/**
 * A socket on its way to another process of this program: a duplicate of the descriptor, which the receiver takes out of
 * this process with pidfd_getfd(2), and two words of shared memory:
 *
 *   word 0   TAKEN: 1 when the receiver has it        word 1   the line of the sender, which closes the duplicate then
 */
export interface Travelling {
  readonly pid: number;
  readonly fd: number;
  readonly address: number;
  /** What has been received and not been taken. */
  readonly ahead: Uint8Array;
}

const WORDS = 2;

export function sendOff(fd: number, ahead: Uint8Array): Travelling {
  allowTaking();
  const copy = duplicate(fd);
  const address = allocate(WORDS * 4);
  cellAt(address).words.fill(0, cellAt(address).index, cellAt(address).index + WORDS);
  const forget = (): void => {
    fs.closeSync(copy);
    free(address);
  };
  const over = new AbortController();
  departed(() => over.abort());
  const isTaken = (): true | undefined => Atomics.load(cellAt(address).words, cellAt(address).index) === 1 || undefined;
  const wait = { line: cellAt(address + 1), cares: false, attempt: isTaken };
  waitAsync(wait, { signal: over.signal, ref: false }).then(forget, forget);
  return { pid: process.pid, fd: copy, address, ahead };
}

/** @throws {OSError} ERR_CONNECTION_LOST: the process that sent it has ended, or somebody else has taken it */
export function takeIn({ pid, fd, address }: Travelling): number {
  const { words, index } = cellAt(address);
  const taken = Atomics.exchange(words, index, 1) === 0 ? takeDescriptor(pid, fd) : undefined;
  if (taken === undefined)
    throw new OSError(
      'ERR_CONNECTION_LOST',
      'the connection has gone with the process that sent it, or has been received already',
    );
  call(cellAt(address + 1));
  return taken;
}
