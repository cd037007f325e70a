import fs from 'node:fs';
import { systemError } from './error.js';
import { eventfd } from './libc.js';

const EFD_CLOEXEC = 0o2000000;

/**
 * A descriptor by which a process tells one number to a child it has forked (`eventfd`): whoever reads blocks until it is
 * there. The number is above zero.
 */
export function createOrder(): number {
  const fd = eventfd(0, EFD_CLOEXEC) as number;
  if (fd < 0) throw systemError('eventfd');
  return fd;
}

export function giveOrder(fd: number, number: number): void {
  word[0] = BigInt(number);
  fs.writeSync(fd, word);
}

export function awaitOrder(fd: number): number {
  for (;;) {
    try {
      fs.readSync(fd, word);
      return Number(word[0]);
    } catch (error) {
      // A signal has come; it is the kernel's or nobody's business as long as there is no order.
      if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
    }
  }
}

const word = new BigUint64Array(1);
