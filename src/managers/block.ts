import { handle, noteMention } from '../memory/handle.js';
import { attach, heldElsewhere, releasesSeen } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject } from '../memory/objects.js';
import { inForkedChild } from '../system/generation.js';

/**
 * What stands for an object of one process in the program's memory: whoever has a Block of it keeps the object, in whatever
 * process, and so does a message that mentions it. Nothing is counted, so nobody's death leaves a count that is wrong: the
 * lender looks through the references that exist.
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
    const loan = loans.get(address);
    if (loan !== undefined && traveller !== this) loan.travellers.add(new WeakRef(traveller));
    return ['ManagerBlock', address];
  }
}

interface Loan {
  readonly returned: () => void;
  /** What keeps the block for a message that has been written and, perhaps, is not stored yet. */
  readonly travellers: Set<WeakRef<object>>;
}

const loans = new Map<number, Loan>();
let timer: NodeJS.Timeout | undefined;
let seen = '';
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

/** Calls `returned` once nobody outside of this process refers to the block, which is about to travel. */
export function lend({ address }: Block, returned: () => void): void {
  if (loans.has(address)) return;
  loans.set(address, { returned, travellers: new Set() });
  timer ??= setInterval(look, INTERVAL).unref();
}

inForkedChild(() => {
  loans.clear(); // the parent's
  timer = undefined;
});

/** A search costs as much as there is in the heap: it is made only when some reference has gone. */
const INTERVAL = 50;
/** And for no more than this part of the time. */
const SHARE = 0.05;
let restUntil = 0;

function look(): void {
  const now = performance.now();
  const state = releasesSeen();
  if (now < restUntil || (!someHaveArrived() && state === seen)) return;
  seen = state; // before the search: what goes meanwhile is looked for again
  const elsewhere = heldElsewhere(loans);
  for (const [address, loan] of loans) {
    if (elsewhere.has(address) || loan.travellers.size > 0) continue;
    loans.delete(address);
    loan.returned();
  }
  restUntil = performance.now() + (performance.now() - now) / SHARE;
  if (loans.size > 0) return;
  clearInterval(timer);
  timer = undefined;
  seen = '';
}

/** Whether what was written for some message is the message's alone by now. */
function someHaveArrived(): boolean {
  let some = false;
  for (const { travellers } of loans.values()) {
    if (travellers.size === 0) continue;
    for (const traveller of travellers) if (traveller.deref() === undefined) travellers.delete(traveller);
    some ||= travellers.size === 0;
  }
  return some;
}
