import { OSError } from '../errors.js';
import { departed } from '../memory/handle.js';
import { attach, mention } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { endLoan, lend, noteTraveller } from '../memory/loans.js';
import { createObject, SIMPLE } from '../memory/objects.js';
import { cellAt } from '../memory/program.js';
import { self } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import { waitAsync } from '../sync/await.js';
import { isDead } from '../sync/waitable.js';
import { closeDescriptor } from '../system/close.js';
import { takeDescriptor, allowTaking } from '../system/foreign.js';
import { duplicate } from '../system/socket.js';

/**
 * A socket on its way to another process of this program: a duplicate of the descriptor, which the receiver takes out of
 * this process with pidfd_getfd(2), and three words of shared memory:
 *
 *   word 0   TAKER: the slot of the receiver, once there is one        word 1   TAKEN: 1 when that one has it
 *   word 2   the line of the sender, which closes the duplicate then, or when the receiver has died over it, or when
 *            nobody refers to these words who could still receive it
 */
const TAKEN = 1;
const LINE = 2;
const WORDS = 3;

export interface Travelling {
  readonly pid: number;
  readonly fd: number;
  readonly address: number;
  /** What has been received and not been taken. */
  readonly ahead: Uint8Array;
}

export function sendOff(fd: number, ahead: Uint8Array): Travelling {
  allowTaking();
  const copy = duplicate(fd);
  const address = createObject(WORDS * WORD, SIMPLE);
  const [waiter, traveller] = [{ address }, { address }];
  for (const holder of [waiter, traveller]) attach(holder, address);
  const over = new AbortController();
  const end = (): void => over.abort();
  departed(end);
  lend(address, end);
  mention(traveller, address); // also one who comes too late has to find it
  noteTraveller(address, traveller);
  const forget = (): void => {
    endLoan(address);
    closeDescriptor(copy);
  };
  const isTaken = (patient: boolean): true | undefined => hasTaker(waiter.address, patient) || undefined;
  const wait = { line: cellAt(address + LINE), cares: true, attempt: isTaken };
  waitAsync(wait, { signal: over.signal, ref: false }).then(forget, forget);
  return { pid: process.pid, fd: copy, address, ahead };
}

function hasTaker(address: number, patient: boolean): boolean {
  const { words, index } = cellAt(address);
  if (Atomics.load(words, index + TAKEN) === 1) return true;
  const taker = Atomics.load(words, index);
  return taker !== 0 && isDead(taker, patient);
}

/**
 * @throws {OSError} ERR_CONNECTION_LOST: the process that sent it has ended, or somebody else has taken it;
 * ERR_SYSTEM_CALL: this process has no descriptor left
 */
export function takeIn({ pid, fd, address }: Travelling): number {
  const { words, index } = cellAt(address);
  const isMine = Atomics.compareExchange(words, index, 0, self()) === 0;
  try {
    const taken = isMine ? takeDescriptor(pid, fd) : undefined;
    if (taken !== undefined) return taken;
  } finally {
    if (isMine) {
      Atomics.store(words, index + TAKEN, 1);
      call(cellAt(address + LINE));
    }
  }
  throw new OSError(
    'ERR_CONNECTION_LOST',
    'the connection or descriptor has gone with the process that sent it, or has been received already',
  );
}
