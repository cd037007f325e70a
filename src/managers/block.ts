import { handle, noteMention } from '../memory/handle.js';
import { attach } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { noteTraveller } from '../memory/loans.js';
import { createObject } from '../memory/objects.js';

/**
 * What stands for an object of one process in the program's memory: whoever has a Block of it keeps the object, in whatever
 * process, and so does a message that mentions it (memory/loans.ts).
 */
export class Block {
  readonly address: number;

  /** Made by `create`, and by messages. */
  constructor(address: number) {
    this.address = address;
    attach(this, address);
  }

  /** It stays this process's own, although others refer to it: it goes when the lender lets go of it, or dies. */
  static create(): Block {
    return new Block(createObject(WORD));
  }

  [handle](): [string, unknown] {
    const { address } = this;
    const traveller = isStoredAtOnce ? this : new Block(address);
    noteMention(address, traveller);
    if (traveller !== this) noteTraveller(address, traveller);
    return ['ManagerBlock', address];
  }
}

let isStoredAtOnce = false;

/** For messages that are in shared memory, or cannot be sent, when `send` returns. */
export function storedAtOnce<T>(send: () => T): T {
  isStoredAtOnce = true;
  try {
    return send();
  } finally {
    isStoredAtOnce = false;
  }
}
